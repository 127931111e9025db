//! Reads a mailbox by IMAP: what came after a place, one mail at a time, and waits for more.
//!
//! A mail is named by its number in the folder (UID), which is good as long as the folder's UIDVALIDITY is. Nothing that
//! is read is marked as seen by reading it (`BODY.PEEK`), and `\Seen` is never taken for "done".

use std::time::Duration;

use async_imap::error::Error as ImapError;
use async_imap::extensions::idle::IdleResponse;
use async_imap::{Authenticator, Client, Session};
use futures_util::TryStreamExt;

use super::Providers;
use crate::channels::mailbox::{After, Auth, Mailbox, Tls, token, xoauth2};
use crate::egress::{Egress, EgressError, Wire};

/// How long one command may take.
const LONGEST_COMMAND: Duration = Duration::from_secs(60);
/// How long fetching one mail may take.
const LONGEST_FETCH: Duration = Duration::from_secs(300);
/// How long we wait for the server to say something before we ask, and how often we ask a server that cannot tell.
const PATIENCE: Duration = Duration::from_secs(240);
const ASK_EVERY: Duration = Duration::from_secs(30);

/// Why a mailbox cannot be read just now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The server does not take the name and password, or the settings are wrong: trying again soon helps nobody.
    #[error("{0}")]
    Refused(String),
    /// The line broke, or the server does not answer.
    #[error("{0}")]
    Lost(String),
}

impl From<EgressError> for Trouble {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::Refused(why) => Self::Refused(why),
            EgressError::Unreached(why) | EgressError::Failed(why) => Self::Lost(why),
        }
    }
}

impl From<ImapError> for Trouble {
    fn from(error: ImapError) -> Self {
        match error {
            ImapError::No(why) | ImapError::Bad(why) => Self::Refused(why),
            other => Self::Lost(other.to_string()),
        }
    }
}

async fn within<T, E: Into<Trouble>>(time: Duration, work: impl Future<Output = Result<T, E>>) -> Result<T, Trouble> {
    match tokio::time::timeout(time, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(Trouble::Lost(format!("the server did not answer within {} s", time.as_secs()))),
    }
}

/// A folder that is open.
#[derive(Debug)]
pub struct Folder {
    session: Session<Box<dyn Wire>>,
    tells: bool,
    moves: bool,
    /// Numbers of mails are good as long as this is the same.
    pub uid_validity: i64,
    /// The number that the next mail gets.
    pub uid_next: i64,
}

/// A mail in a folder, before it is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub uid: i64,
    /// Bytes.
    pub size: u64,
    /// When it came into the folder, UTC milliseconds.
    pub arrived_at: i64,
}

impl Folder {
    /// Signs in and opens the folder.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn open(providers: &Providers, mailbox: &Mailbox) -> Result<Self, Trouble> {
        // A token before a line, which would wait for it.
        let token = match &mailbox.auth {
            Auth::Password(_) => None,
            Auth::Token(token) => Some(token.clone()),
            Auth::Refreshed(call) => {
                let answered = providers.call(call).await.map_err(|error| Trouble::Lost(error.to_string()))?;
                Some(token(&answered).map_err(Trouble::Refused)?)
            }
        };
        let client = greeted(providers.egress(), mailbox).await?;
        let user = &mailbox.user;
        let login = async {
            let signed_in = match (&mailbox.auth, token) {
                (Auth::Password(password), _) => client.login(user, password).await,
                (_, token) => client.authenticate("XOAUTH2", Said::new(user, &token.unwrap_or_default())).await,
            };
            signed_in.map_err(|(error, _)| error)
        };
        let mut session = within(LONGEST_COMMAND, login).await?;
        let can = within(LONGEST_COMMAND, session.capabilities()).await?;
        let (tells, moves) = (can.has_str("IDLE"), can.has_str("MOVE"));
        let selected = within(LONGEST_COMMAND, session.select(&mailbox.folder)).await?;
        tracing::debug!(host = mailbox.server.host, folder = mailbox.folder, "a mailbox is open");
        let uid_validity = selected.uid_validity.map(i64::from);
        let uid_validity = uid_validity
            .ok_or_else(|| Trouble::Refused("the server does not number its mails (no UIDVALIDITY)".to_owned()))?;
        // A server need not say it; then the numbers of what is there do.
        let uid_next = match selected.uid_next {
            Some(next) => i64::from(next),
            None => {
                let all = within(LONGEST_COMMAND, session.uid_search("ALL")).await?;
                all.into_iter().max().map_or(1, |last| i64::from(last) + 1)
            }
        };
        Ok(Self { session, tells, moves, uid_validity, uid_next })
    }

    /// The numbers of mails after this one, lowest first; with a day, only of what came in on it or later.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn after(&mut self, uid: i64, since: Option<&str>) -> Result<Vec<i64>, Trouble> {
        let query = match since {
            Some(day) => format!("UID {}:* SINCE {day}", uid + 1),
            None => format!("UID {}:*", uid + 1),
        };
        let found = within(LONGEST_COMMAND, self.session.uid_search(query)).await?;
        // `N:*` names the last mail even where its number is lower.
        let mut found: Vec<i64> = found.into_iter().map(i64::from).filter(|found| *found > uid).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// What is known of a mail; `None` where it is gone.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn look(&mut self, uid: i64) -> Result<Option<Waiting>, Trouble> {
        let session = &mut self.session;
        let work = async {
            let fetched = session.uid_fetch(uid.to_string(), "(UID RFC822.SIZE INTERNALDATE)").await?;
            let all: Vec<_> = fetched.try_collect().await?;
            Ok::<_, ImapError>(all.into_iter().find_map(|one| {
                let arrived_at = one.internal_date().map_or(0, |date| date.timestamp_millis());
                let own = one.uid.map(i64::from) == Some(uid);
                own.then(|| Waiting { uid, size: one.size.map_or(0, u64::from), arrived_at })
            }))
        };
        within(LONGEST_COMMAND, work).await
    }

    /// A mail, byte for byte, or only its head; `None` where it is gone.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn fetch(&mut self, uid: i64, whole: bool) -> Result<Option<Vec<u8>>, Trouble> {
        let session = &mut self.session;
        let what = if whole { "(UID BODY.PEEK[])" } else { "(UID BODY.PEEK[HEADER])" };
        let work = async {
            let fetched = session.uid_fetch(uid.to_string(), what).await?;
            let all: Vec<_> = fetched.try_collect().await?;
            // Servers may answer twice, and about other mails besides.
            Ok::<_, ImapError>(all.iter().find_map(|one| {
                let bytes = if whole { one.body() } else { one.header() };
                bytes.filter(|_| one.uid.map(i64::from) == Some(uid)).map(<[u8]>::to_vec)
            }))
        };
        within(LONGEST_FETCH, work).await
    }

    /// Does what is to be done with a mail that was stored.
    ///
    /// # Errors
    /// [`Trouble`]: the mail is as it was, or half-way; doing it again is harmless.
    pub async fn done(&mut self, uid: i64, after: &After) -> Result<(), Trouble> {
        let session = &mut self.session;
        let name = uid.to_string();
        match after {
            After::Keep => Ok(()),
            After::Seen => within(LONGEST_COMMAND, flag(session, &name, r"\Seen")).await,
            After::Move(folder) if self.moves => within(LONGEST_COMMAND, session.uid_mv(&name, folder)).await,
            After::Move(folder) => {
                within(LONGEST_COMMAND, session.uid_copy(&name, folder)).await?;
                within(LONGEST_COMMAND, flag(session, &name, r"\Deleted")).await
            }
        }
    }

    /// Waits until the server says that something changed, or for a while; then gives the folder back.
    ///
    /// # Errors
    /// [`Trouble::Lost`] when the line broke.
    pub async fn wait(self) -> Result<Self, Trouble> {
        let Self { mut session, tells, moves, uid_validity, uid_next } = self;
        if !tells {
            tokio::time::sleep(ASK_EVERY).await;
            within(LONGEST_COMMAND, session.noop()).await?;
            return Ok(Self { session, tells, moves, uid_validity, uid_next });
        }
        let mut idle = session.idle();
        within(LONGEST_COMMAND, idle.init()).await?;
        let (waiting, _interrupt) = idle.wait_with_timeout(PATIENCE);
        // Whatever the server says in between ("still here"), we ask after a while.
        let said = match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(said) => said?,
            Err(_) => IdleResponse::Timeout,
        };
        if said == IdleResponse::ManualInterrupt {
            return Err(Trouble::Lost("the server hung up".to_owned()));
        }
        let session = within(LONGEST_COMMAND, idle.done()).await?;
        Ok(Self { session, tells, moves, uid_validity, uid_next })
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        if let Err(error) = within(Duration::from_secs(5), self.session.logout()).await {
            tracing::debug!(%error, "a mail server did not say goodbye");
        }
    }
}

/// What is said by XOAUTH2: the token once, and nothing to a server that asks why it should not say no.
struct Said(Option<String>);

impl Said {
    fn new(user: &str, token: &str) -> Self {
        Self(Some(xoauth2(user, token)))
    }
}

impl Authenticator for Said {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

async fn flag(session: &mut Session<Box<dyn Wire>>, uid: &str, flag: &str) -> Result<(), ImapError> {
    let stored = session.uid_store(uid, format!("+FLAGS.SILENT ({flag})")).await?;
    stored.try_collect::<Vec<_>>().await.map(|_| ())
}

/// Connects, hears the greeting, and makes the line secure where it shall be.
async fn greeted(egress: &Egress, mailbox: &Mailbox) -> Result<Client<Box<dyn Wire>>, Trouble> {
    let stream = egress.open(&mailbox.server, mailbox.tls != Tls::None).await?;
    let wire: Box<dyn Wire> = match mailbox.tls {
        Tls::Implicit => egress.secure(&mailbox.server, stream).await?,
        Tls::None => Box::new(stream),
        Tls::Start => {
            let mut plain = Client::new(stream);
            greeting(&mut plain).await?;
            within(LONGEST_COMMAND, plain.run_command_and_check_ok("STARTTLS", None)).await?;
            let secure = egress.secure(&mailbox.server, plain.into_inner()).await?;
            return Ok(Client::new(secure));
        }
    };
    let mut client = Client::new(wire);
    greeting(&mut client).await?;
    Ok(client)
}

async fn greeting<T: Wire>(client: &mut Client<T>) -> Result<(), Trouble> {
    let read = async { client.read_response().await.map_err(|error| Trouble::Lost(error.to_string())) };
    match within(LONGEST_COMMAND, read).await? {
        Some(_) => Ok(()),
        None => Err(Trouble::Lost("the server hung up without a greeting".to_owned())),
    }
}
