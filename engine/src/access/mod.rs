//! Who gets in: setting up, signing in and out, people and their roles, keys.
//!
//! Tokens and keys are made by the caller from random bytes; what comes here is their SHA-256, and that is all that is
//! kept. Passwords come here as what [`password::hash`] makes of them.

pub mod password;
pub mod provider;

use crate::domain::{DEFAULT_WORKSPACE, IdKind};
use crate::engine::{Engine, EngineError};
use crate::store::rows::{LinkRow, PrincipalRow, RepRow};
use crate::store::{AccessWrite, LinkKind, NewKey, StoreError, Write, read};

/// The roles, the least first; each may do what those before it may.
pub const ROLES: [&str; 5] = ["viewer", "closer", "approver", "manager", "owner"];

/// How long a session lasts at most: 14 days, in milliseconds.
pub const SESSION_MS: i64 = 14 * 24 * 3_600_000;
/// How long a session lasts that nobody uses: 12 hours, in milliseconds.
pub const SESSION_IDLE_MS: i64 = 12 * 3_600_000;
/// How long a link to set up is good: 24 hours, in milliseconds.
pub const SET_UP_MS: i64 = 24 * 3_600_000;
/// How long a link to choose a password is good: three days, in milliseconds.
pub const PASSWORD_LINK_MS: i64 = 72 * 3_600_000;
/// How exactly it is known when a key or a session was last in use: a minute, in milliseconds.
const SEEN_EVERY_MS: i64 = 60_000;

/// Why nobody was let in, or a person was left as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The link was used, has run out, or there never was one.
    #[error("this link was used already, has run out, or never was one")]
    LinkEnded,
    /// Somebody else has the mail address.
    #[error("`{0}` is taken")]
    AddressTaken(String),
    /// Without this person nobody could manage users any more.
    #[error("this is the last owner who can get in; make another one first")]
    LastOwner,
    /// The provider does not say that the mail address is theirs.
    #[error("the provider has not verified your mail address")]
    EmailNotVerified,
    /// Nobody has added them, or what the provider says gives them no role.
    #[error("nobody has added you here; ask an owner")]
    NotInvited,
    /// The person was changed since they were read.
    #[error("the user has changed; it has version {current} now")]
    Changed {
        /// Its version now.
        current: i64,
    },
}

/// A person to be.
#[derive(Debug, Clone)]
pub struct NewPerson<'a> {
    /// Their name.
    pub name: &'a str,
    /// Their mail address, as [`address`] makes it.
    pub email: &'a str,
    /// Their role, one of [`ROLES`].
    pub role: &'a str,
}

/// A browser that is to be signed in.
#[derive(Debug, Clone)]
pub struct Browser {
    /// SHA-256 of its token, hex.
    pub token_sha256: String,
    /// What it says it is, for people.
    pub name: String,
}

/// A mail address as it is kept: without blanks around it and in lower case.
#[must_use]
pub fn address(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Engine {
    // ---- whoever asks ------------------------------------------------------------------------------------------

    /// Who holds this key, if it is good.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn by_key(&self, key_sha256: &str) -> Result<Option<PrincipalRow>, StoreError> {
        let now = self.clock().now_ms();
        let mut reader = self.db().read().await?;
        let found = read::principal_by_key(&mut reader.conn(), key_sha256, now).await?;
        drop(reader);
        self.saw(found, now, |id| AccessWrite::KeySeen { id }).await
    }

    /// Whose session this token is of, if it goes on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn by_session(&self, token_sha256: &str) -> Result<Option<PrincipalRow>, StoreError> {
        let now = self.clock().now_ms();
        let mut reader = self.db().read().await?;
        let found = read::principal_by_session(&mut reader.conn(), token_sha256, now, now - SESSION_IDLE_MS).await?;
        drop(reader);
        self.saw(found, now, |id| AccessWrite::SessionSeen { id }).await
    }

    /// Keeps that a key or a session is in use, now and then.
    async fn saw(
        &self,
        found: Option<PrincipalRow>,
        now: i64,
        seen: impl FnOnce(String) -> AccessWrite,
    ) -> Result<Option<PrincipalRow>, StoreError> {
        if let Some(found) = found.as_ref().filter(|found| found.seen_at + SEEN_EVERY_MS <= now) {
            let seen = Write::Access(seen(found.credential_id.clone()));
            self.commit_writes(&found.rep.workspace_id, vec![seen]).await?;
        }
        Ok(found)
    }

    // ---- setting up --------------------------------------------------------------------------------------------

    /// True while nobody can sign in.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn needs_set_up(&self) -> Result<bool, StoreError> {
        let mut reader = self.db().read().await?;
        Ok(read::password_any(&mut reader.conn(), DEFAULT_WORKSPACE).await?.is_none())
    }

    /// Makes a link of a kind good once; what is asked for is the SHA-256 of its token. `by` says who made it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn make_link(
        &self,
        kind: LinkKind,
        rep_id: Option<String>,
        token_sha256: String,
        by: &str,
    ) -> Result<i64, StoreError> {
        let lasts = if kind == LinkKind::SetUp { SET_UP_MS } else { PASSWORD_LINK_MS };
        let ends_at = self.clock().now_ms() + lasts;
        let id = self.ids().next(IdKind::Link);
        let link = AccessWrite::Link { id, kind, rep_id, token_sha256, by: by.to_owned(), ends_at };
        self.commit_writes(DEFAULT_WORKSPACE, vec![Write::Access(link)]).await?;
        Ok(ends_at)
    }

    /// The link with this token, if it is good.
    ///
    /// # Errors
    /// [`AccessError::LinkEnded`] when it is not.
    pub async fn link(&self, token_sha256: &str, kind: LinkKind) -> Result<LinkRow, EngineError> {
        let mut reader = self.db().read().await?;
        let found = read::link(&mut reader.conn(), token_sha256, kind.as_str(), self.clock().now_ms()).await?;
        found.ok_or_else(|| AccessError::LinkEnded.into())
    }

    /// Makes the first owner by a link and signs them in, while nobody can sign in. A rep who has the address already
    /// becomes the owner.
    ///
    /// # Errors
    /// [`AccessError::LinkEnded`] when the link is not good, or somebody was faster; nothing was changed then.
    pub async fn set_up(
        &self,
        link: &LinkRow,
        person: &NewPerson<'_>,
        password_hash: String,
        browser: Browser,
    ) -> Result<(), EngineError> {
        let mut reader = self.db().read().await?;
        let known = read::rep_by_email(&mut reader.conn(), &link.workspace_id, person.email).await?;
        drop(reader);
        let used = AccessWrite::LinkUse { id: link.id.clone(), kind: LinkKind::SetUp, rep_id: None };
        let mut writes = vec![Write::Access(used)];
        let id = match known {
            Some(known) => {
                let owner = RepRow { role: "owner".to_owned(), disabled_at: None, ..known };
                writes.push(Write::Access(changed(&owner, person.name)));
                owner.id
            }
            None => {
                let id = self.ids().next(IdKind::Rep);
                let (name, email) = (person.name.to_owned(), person.email.to_owned());
                writes.push(Write::Rep { id: id.clone(), name, email, role: "owner".to_owned() });
                id
            }
        };
        writes.push(Write::Access(AccessWrite::Password { rep_id: id.clone(), hash: password_hash }));
        writes.push(self.signed_in(id, browser));
        self.commit_or(&link.workspace_id, writes, AccessError::LinkEnded).await
    }

    /// Chooses a password by a link and signs its owner in; their other sessions end.
    ///
    /// # Errors
    /// [`AccessError::LinkEnded`] when the link is not good, or was used meanwhile; nothing was changed then.
    pub async fn password_by_link(
        &self,
        link: &LinkRow,
        password_hash: String,
        browser: Browser,
    ) -> Result<(), EngineError> {
        let rep_id = link.rep_id.clone().ok_or(AccessError::LinkEnded)?;
        let used = AccessWrite::LinkUse { id: link.id.clone(), kind: LinkKind::Password, rep_id: Some(rep_id.clone()) };
        let writes = vec![
            Write::Access(used),
            Write::Access(AccessWrite::Password { rep_id: rep_id.clone(), hash: password_hash }),
            Write::Access(AccessWrite::SessionEndOthers { rep_id: rep_id.clone(), keep: String::new() }),
            self.signed_in(rep_id, browser),
        ];
        self.commit_or(&link.workspace_id, writes, AccessError::LinkEnded).await
    }

    // ---- signing in --------------------------------------------------------------------------------------------

    /// Who has this address and may sign in, and what is kept of their password. `None` when there is nobody, or they are
    /// disabled; the caller must not let on which it was.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn who_signs_in(&self, email: &str) -> Result<Option<(RepRow, Option<String>)>, StoreError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let found = read::rep_by_email(conn, DEFAULT_WORKSPACE, email).await?;
        let Some(rep) = found.filter(|rep| rep.disabled_at.is_none()) else { return Ok(None) };
        let kept = read::password(conn, &rep.workspace_id, &rep.id).await?;
        Ok(Some((rep, kept.map(|row| row.0))))
    }

    /// Signs a browser in. `rehashed` replaces what is kept of the password, where that was made with old parameters.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn sign_in(&self, rep: &RepRow, browser: Browser, rehashed: Option<String>) -> Result<(), StoreError> {
        let mut writes = vec![self.signed_in(rep.id.clone(), browser)];
        if let Some(hash) = rehashed {
            writes.push(Write::Access(AccessWrite::Password { rep_id: rep.id.clone(), hash }));
        }
        self.commit_writes(&rep.workspace_id, writes).await
    }

    /// Ends one session of a rep; doing it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be ended.
    pub async fn sign_out(&self, rep: &RepRow, session_id: &str) -> Result<(), StoreError> {
        let end = AccessWrite::SessionEnd { rep_id: rep.id.clone(), id: session_id.to_owned() };
        self.commit_writes(&rep.workspace_id, vec![Write::Access(end)]).await
    }

    /// A rep's password from now on; every other session of theirs ends.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn change_password(&self, rep: &RepRow, hash: String, session_id: &str) -> Result<(), StoreError> {
        let rep_id = rep.id.clone();
        let writes = vec![
            Write::Access(AccessWrite::Password { rep_id: rep_id.clone(), hash }),
            Write::Access(AccessWrite::SessionEndOthers { rep_id, keep: session_id.to_owned() }),
        ];
        self.commit_writes(&rep.workspace_id, writes).await
    }

    // ---- people and keys ---------------------------------------------------------------------------------------

    /// Adds a person, who gets in once they have chosen a password. Gives their id.
    ///
    /// # Errors
    /// [`AccessError::AddressTaken`] when somebody has the address.
    pub async fn add_person(&self, workspace: &str, person: &NewPerson<'_>) -> Result<RepRow, EngineError> {
        let taken = || AccessError::AddressTaken(person.email.to_owned());
        let mut reader = self.db().read().await?;
        if read::rep_by_email(&mut reader.conn(), workspace, person.email).await?.is_some() {
            return Err(taken().into());
        }
        drop(reader);
        let id = self.ids().next(IdKind::Rep);
        let (name, email, role) = (person.name.to_owned(), person.email.to_owned(), person.role.to_owned());
        self.commit_writes(workspace, vec![Write::Rep { id: id.clone(), name, email, role }]).await?;
        let mut reader = self.db().read().await?;
        let made = read::rep_by_email(&mut reader.conn(), workspace, person.email).await?;
        // Somebody may have been faster with the same address.
        made.filter(|made| made.id == id).ok_or_else(|| taken().into())
    }

    /// A person as they shall be: name, role and whether they get in are those of `wanted`, whose version must be the
    /// one they have. Who is disabled is signed out everywhere at once, and their keys are good for nothing.
    ///
    /// # Errors
    /// [`AccessError`] when they have changed meanwhile, or no owner would be left; nothing was changed then.
    pub async fn change_person(&self, wanted: &RepRow) -> Result<(), EngineError> {
        let write = Write::Access(changed(wanted, &wanted.name));
        match self.commit_writes(&wanted.workspace_id, vec![write]).await {
            Err(StoreError::Stale(_)) => {
                let mut reader = self.db().read().await?;
                let now = read::rep(&mut reader.conn(), &wanted.workspace_id, &wanted.id).await?;
                let now = now.ok_or_else(|| crate::people::not_found("user", &wanted.id))?;
                if now.version == wanted.version {
                    Err(AccessError::LastOwner.into())
                } else {
                    Err(AccessError::Changed { current: now.version }.into())
                }
            }
            done => Ok(done?),
        }
    }

    /// Keeps somebody's own name and what they set for themselves, JSON, if their version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn change_own(
        &self,
        rep: &RepRow,
        version: i64,
        name: String,
        settings: String,
    ) -> Result<(), EngineError> {
        let write = AccessWrite::Own { id: rep.id.clone(), version, name, settings };
        match self.commit_writes(&rep.workspace_id, vec![Write::Access(write)]).await {
            Err(StoreError::Stale("user")) => {
                let mut reader = self.db().read().await?;
                let now = read::rep(&mut reader.conn(), &rep.workspace_id, &rep.id).await?;
                let now = now.ok_or_else(|| crate::people::not_found("user", &rep.id))?;
                Err(EngineError::Changed { what: "user", current: now.version })
            }
            done => Ok(done?),
        }
    }

    /// Keeps a key.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn add_key(&self, workspace: &str, key: NewKey) -> Result<(), StoreError> {
        self.commit_writes(workspace, vec![Write::Access(AccessWrite::Key(Box::new(key)))]).await
    }

    fn signed_in(&self, rep_id: String, browser: Browser) -> Write {
        let now = self.clock().now_ms();
        Write::Access(AccessWrite::Session {
            id: self.ids().next(IdKind::Session),
            rep_id,
            token_sha256: browser.token_sha256,
            browser: browser.name,
            ends_at: now + SESSION_MS,
            idle_since: now - SESSION_IDLE_MS,
        })
    }

    /// Commits; `stale` is what it means when the store is no more as it was read.
    async fn commit_or(&self, workspace: &str, writes: Vec<Write>, stale: AccessError) -> Result<(), EngineError> {
        match self.commit_writes(workspace, writes).await {
            Err(StoreError::Stale(_)) => Err(stale.into()),
            done => Ok(done?),
        }
    }
}

fn changed(rep: &RepRow, name: &str) -> AccessWrite {
    AccessWrite::RepChange {
        id: rep.id.clone(),
        version: rep.version,
        name: name.to_owned(),
        role: rep.role.clone(),
        disabled_at: rep.disabled_at,
    }
}
