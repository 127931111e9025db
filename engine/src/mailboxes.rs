//! Mailboxes that are read: each active channel with a mailbox has a reader of its own.
//!
//! A mail is stored first, then what the channel says is done with it, and only then the place moves on: after a crash in
//! between it is read again, found to be here, and not stored twice. Where the folder was numbered anew (UIDVALIDITY),
//! everything since the channel was connected is read again in the same way.
//!
//! Of several processes one reads a mailbox: it says so again and again, and another takes over once it does not. Even
//! where two read at the same time for a moment, each mail is stored once.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::adapters::imap::{Folder, Trouble};
use crate::adapters::smtp_in::LARGEST_MAIL;
use crate::adapters::{Providers, account};
use crate::channels::mailbox::{IMAP, Mailbox};
use crate::engine::Engine;
use crate::store::rows::{ChannelRow, MailboxRow};
use crate::store::{ChannelWrite, MAILBOX, StoreError, Write, read};

/// How often we look for channels that were connected, changed or switched off.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a reader rests after its first failure; twice as long after each further one.
const FIRST_REST: Duration = Duration::from_secs(2);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// How long it is believed that a process reads a mailbox, in milliseconds, and how often it says so.
const HOLD_MS: i64 = 60_000;
const HOLD_EVERY: Duration = Duration::from_secs(15);
/// How often another process looks whether it still does.
const HELD_LOOK: Duration = Duration::from_secs(5);
/// How long a mail may wait for its turn to be stored.
const PATIENCE: Duration = Duration::from_secs(60);
/// How far the server's clock may be behind ours, in milliseconds.
const CLOCKS_MS: i64 = 10 * 60 * 1000;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Why a mailbox is not read just now.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Server(#[from] Trouble),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the mailboxes of a workspace until stopped.
pub async fn read_all(engine: Engine, providers: Providers, workspace: String, stop: CancellationToken) {
    let mut readers: HashMap<String, (ChannelRow, CancellationToken, JoinHandle<()>)> = HashMap::new();
    while !stop.is_cancelled() {
        match wanted(&engine, &workspace).await {
            Ok(channels) => {
                let mut before = std::mem::take(&mut readers);
                for channel in channels {
                    match before.remove(&channel.id) {
                        Some(reader) if same(&reader.0, &channel) && !reader.2.is_finished() => {
                            readers.insert(channel.id.clone(), reader);
                        }
                        old => {
                            if let Some((_, ends, _)) = old {
                                ends.cancel();
                            }
                            let ends = stop.child_token();
                            let work = follow(engine.clone(), providers.clone(), channel.clone(), ends.clone());
                            readers.insert(channel.id.clone(), (channel, ends, tokio::spawn(work)));
                        }
                    }
                }
                before.into_values().for_each(|(_, ends, _)| ends.cancel());
            }
            Err(error) => tracing::warn!(%error, "cannot look for mailboxes; trying again"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    for (_, _, reader) in readers.into_values() {
        // What a reader was about is read again by the next one.
        if let Err(error) = reader.await {
            tracing::error!(%error, "a reader of a mailbox broke");
        }
    }
}

async fn wanted(engine: &Engine, workspace: &str) -> Result<Vec<ChannelRow>, StoreError> {
    let mut reader = engine.db().read().await?;
    let all = read::channels(&mut reader.conn(), workspace).await?;
    Ok(all.into_iter().filter(|row| row.status == "active" && row.provider.as_deref() == Some(IMAP)).collect())
}

fn same(one: &ChannelRow, other: &ChannelRow) -> bool {
    (&one.settings, &one.secrets, &one.address) == (&other.settings, &other.secrets, &other.address)
}

/// Reads one mailbox; where it cannot be read, tries again, later and later.
async fn follow(engine: Engine, providers: Providers, channel: ChannelRow, ends: CancellationToken) {
    let mut rest = FIRST_REST;
    while !ends.is_cancelled() {
        match hold(&engine, &channel).await {
            Ok(true) => {}
            held => {
                if let Err(error) = held {
                    tracing::warn!(%error, channel = channel.id, "cannot see whether a mailbox is read; trying again");
                }
                tokio::select! {
                    () = ends.cancelled() => return,
                    () = tokio::time::sleep(HELD_LOOK) => {}
                }
                continue;
            }
        }
        let mut worked = false;
        let ended = tokio::select! {
            () = ends.cancelled() => {
                let_go(&engine, &channel).await;
                return;
            }
            () = held(&engine, &channel) => continue,
            ended = session(&engine, &providers, &channel, &mut worked) => ended,
        };
        if worked {
            rest = FIRST_REST;
        }
        if let Err(stopped) = ended {
            // A server that says no is left alone longer: too many tries may lock the account.
            if matches!(stopped, Stopped::Server(Trouble::Refused(_))) {
                rest = LONGEST_REST.min(rest.max(Duration::from_secs(60)));
            }
            let why = stopped.to_string();
            tracing::warn!(channel = channel.id, %why, "a mailbox cannot be read; trying again in {} s", rest.as_secs());
            if let Err(error) = failed(&engine, &channel, &why).await {
                tracing::warn!(%error, "that a mailbox cannot be read was not kept");
            }
        }
        tokio::select! {
            () = ends.cancelled() => {
                let_go(&engine, &channel).await;
                return;
            }
            () = tokio::time::sleep(rest) => {}
        }
        rest = LONGEST_REST.min(rest * 2);
    }
}

/// Says that this process reads a mailbox. False where another one does.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn hold(engine: &Engine, channel: &ChannelRow) -> Result<bool, StoreError> {
    let (channel_id, by) = (channel.id.clone(), engine.boot().to_owned());
    let until = engine.clock().now_ms() + HOLD_MS;
    let write = ChannelWrite::MailboxHold { channel_id, by, until };
    match engine.commit_writes(&channel.workspace_id, vec![Write::Channels(write)]).await {
        Err(StoreError::Stale(MAILBOX)) => Ok(false),
        done => done.map(|()| true),
    }
}

/// Says so again and again; ends when another process has taken over. While the database is away nobody can.
async fn held(engine: &Engine, channel: &ChannelRow) {
    loop {
        tokio::time::sleep(HOLD_EVERY).await;
        match hold(engine, channel).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::info!(channel = channel.id, "another process reads this mailbox now");
                return;
            }
            Err(error) => tracing::warn!(%error, channel = channel.id, "that a mailbox is read was not kept"),
        }
    }
}

/// Others need not wait until it is not believed any more.
async fn let_go(engine: &Engine, channel: &ChannelRow) {
    let write = ChannelWrite::MailboxLeave { channel_id: channel.id.clone(), by: engine.boot().to_owned() };
    if let Err(error) = engine.commit_writes(&channel.workspace_id, vec![Write::Channels(write)]).await {
        tracing::warn!(%error, channel = channel.id, "that a mailbox is read no more was not kept");
    }
}

async fn failed(engine: &Engine, channel: &ChannelRow, why: &str) -> Result<(), StoreError> {
    let failed_why = why.chars().take(500).collect();
    let write = ChannelWrite::MailboxFailed { channel_id: channel.id.clone(), failed_why };
    engine.commit_writes(&channel.workspace_id, vec![Write::Channels(write)]).await
}

/// Up to where a folder was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    place: String,
    uid_validity: i64,
    last_uid: i64,
    since: i64,
}

impl Place {
    /// Where to go on: `validity` and `next` are the folder's now.
    fn from(known: Option<&MailboxRow>, mailbox: &Mailbox, validity: i64, next: i64, now_ms: i64) -> Self {
        // Not the server: it may get another name, and that it is another one its numbering says.
        let place = format!("{}/{}", mailbox.user, mailbox.folder);
        let known = known.filter(|row| row.place == place);
        match known {
            Some(row) if row.uid_validity == validity => {
                Self { place, uid_validity: validity, last_uid: row.last_uid, since: row.since }
            }
            // Numbered anew: everything since then once more; what is here already is not stored again.
            Some(row) => Self { place, uid_validity: validity, last_uid: 0, since: row.since },
            None if mailbox.everything => Self { place, uid_validity: validity, last_uid: 0, since: 0 },
            None => Self { place, uid_validity: validity, last_uid: next - 1, since: now_ms },
        }
    }

    fn write(&self, channel: &ChannelRow) -> Write {
        Write::Channels(ChannelWrite::MailboxPlace {
            channel_id: channel.id.clone(),
            place: self.place.clone(),
            uid_validity: self.uid_validity,
            last_uid: self.last_uid,
            since: self.since,
        })
    }
}

/// The day before a time as IMAP writes it: days there have no time zone.
fn day(at_ms: i64) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at_ms - DAY_MS).ok()?;
    Some(at.strftime("%d-%b-%Y").to_string())
}

/// One connection: reads what is there, waits for more, until the line breaks.
async fn session(
    engine: &Engine,
    providers: &Providers,
    channel: &ChannelRow,
    worked: &mut bool,
) -> Result<(), Stopped> {
    let account = account(providers.vault(), channel).map_err(|error| Trouble::Refused(error.to_string()))?;
    let mailbox = Mailbox::of(&account).map_err(|(field, why)| Trouble::Refused(format!("{field}: {why}")))?;
    let mut folder = Folder::open(providers, &mailbox).await?;
    let known = {
        let mut reader = engine.db().read().await?;
        read::mailbox(&mut reader.conn(), &channel.workspace_id, &channel.id).await?
    };
    let now_ms = engine.clock().now_ms();
    let mut place = Place::from(known.as_ref(), &mailbox, folder.uid_validity, folder.uid_next, now_ms);
    let anew = place.last_uid == 0 && place.since > 0;
    let mut since = day(place.since).filter(|_| anew);
    loop {
        for uid in folder.after(place.last_uid, since.as_deref()).await? {
            take(engine, channel, &mailbox, &mut folder, &place, uid).await?;
            place.last_uid = uid;
            engine.commit_writes(&channel.workspace_id, vec![place.write(channel)]).await?;
        }
        // It worked, also where there was nothing.
        engine.commit_writes(&channel.workspace_id, vec![place.write(channel)]).await?;
        (*worked, since) = (true, None);
        folder = folder.wait().await?;
    }
}

/// Stores one mail, and does what is to be done with it.
async fn take(
    engine: &Engine,
    channel: &ChannelRow,
    mailbox: &Mailbox,
    folder: &mut Folder,
    place: &Place,
    uid: i64,
) -> Result<(), Stopped> {
    let Some(waiting) = folder.look(uid).await? else { return Ok(()) };
    if waiting.arrived_at > 0 && waiting.arrived_at < place.since.saturating_sub(CLOCKS_MS) {
        return Ok(());
    }
    let whole = waiting.size <= LARGEST_MAIL as u64;
    let Some(mut raw) = folder.fetch(uid, whole).await? else { return Ok(()) };
    if !whole {
        raw = beheaded(&raw, waiting.size);
    }
    let ingest = engine.read_mail(channel, "imap", raw.clone()).await?;
    engine.take_read_mail(channel, ingest, &raw, Some(PATIENCE)).await?;
    folder.done(uid, &mailbox.after).await?;
    Ok(())
}

/// A mail that is too large to be kept: who wrote about what, and that the rest is in the mailbox.
fn beheaded(head: &[u8], size: u64) -> Vec<u8> {
    const OWN: [&[u8]; 3] = [b"content-", b"mime-", b" "];
    let mut kept = Vec::new();
    let mut inside = false;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let lower = line.get(..line.len().min(8)).unwrap_or_default().to_ascii_lowercase();
        if lower == b"\r\n" || lower == b"\n" {
            break;
        }
        let folded = lower.starts_with(b" ") || lower.starts_with(b"\t");
        if !folded {
            inside = OWN.iter().any(|name| lower.starts_with(name));
        }
        if !inside {
            kept.extend_from_slice(line);
        }
    }
    let megabytes = size.div_ceil(1024 * 1024);
    let said = format!("(This mail has {megabytes} MB, more than is taken in. It is still in the mailbox.)");
    kept.extend_from_slice(format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{said}\r\n").as_bytes());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::mailbox::{After, Auth, Tls};
    use crate::egress::Server;

    fn mailbox(everything: bool) -> Mailbox {
        Mailbox {
            server: Server { host: "imap.us.example".to_owned(), port: 993, own_root: None },
            tls: Tls::Implicit,
            user: "ann".to_owned(),
            auth: Auth::Password("s".to_owned()),
            folder: "INBOX".to_owned(),
            after: After::Keep,
            everything,
        }
    }

    fn row(place: &str, uid_validity: i64, last_uid: i64) -> MailboxRow {
        MailboxRow {
            workspace_id: "w".to_owned(),
            channel_id: "c".to_owned(),
            place: place.to_owned(),
            uid_validity,
            last_uid,
            since: 77,
            worked_at: None,
            failed_at: None,
            failed_why: None,
            held_by: String::new(),
            held_until: 0,
        }
    }

    #[test]
    fn reading_goes_on_where_it_was_and_begins_anew_where_the_folder_is_another() {
        let own = "ann/INBOX";
        let place = |known: Option<&MailboxRow>, everything| {
            let found = Place::from(known, &mailbox(everything), 5, 10, 1000);
            (found.last_uid, found.since)
        };
        assert_eq!(place(None, false), (9, 1000), "what was there before is left alone");
        assert_eq!(place(None, true), (0, 0));
        assert_eq!(place(Some(&row(own, 5, 7)), false), (7, 77));
        assert_eq!(place(Some(&row(own, 4, 7)), false), (0, 77), "numbered anew");
        assert_eq!(place(Some(&row("other", 5, 7)), false), (9, 1000));
        assert_eq!(place(Some(&row("", 0, 0)), false), (9, 1000), "only failures so far");
    }

    #[test]
    fn case_026_of_a_mail_that_is_too_large_its_head_is_taken() {
        let head = b"From: ann@customer.example\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\nSubject: Big\r\nMIME-Version: 1.0\r\n\r\n";
        let mail = crate::mail::read(&beheaded(head, 40 * 1024 * 1024));
        assert_eq!((mail.from.as_deref(), mail.subject.as_str()), (Some("ann@customer.example"), "Big"));
        assert!(mail.text.contains("40 MB"), "{}", mail.text);
        assert_eq!(day(1_772_532_000_000).as_deref(), Some("02-Mar-2026"));
    }
}
