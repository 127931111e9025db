//! The writes that decide who gets in: people, passwords, sessions, links and keys.

use super::statements::{self as sql, office as own};
use super::{Conn, StoreError, execute};

/// What a link that is good once is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// To make the first owner of a workspace in which nobody can sign in.
    SetUp,
    /// To choose a rep's password.
    Password,
}

impl LinkKind {
    /// The word in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Password => "password",
        }
    }
}

/// A key of a rep.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `api_key`")]
pub struct NewKey {
    pub id: String,
    pub rep_id: String,
    pub name: String,
    pub key_sha256: String,
    /// `service`, `draft_only` or `ai`.
    pub kind: &'static str,
    /// The most the key may do, where that is less than its rep may.
    pub role: Option<String>,
    pub created_by: Option<String>,
    pub ends_at: Option<i64>,
    /// Networks from which alone it may be used, with commas between; empty: from everywhere.
    pub networks: String,
    /// What it is limited to, with spaces between; empty: not at all.
    pub scopes: String,
}

impl NewKey {
    /// A key that may do all that its rep may, for good.
    #[must_use]
    pub const fn plain(id: String, rep_id: String, name: String, key_sha256: String) -> Self {
        Self {
            id,
            rep_id,
            name,
            key_sha256,
            kind: "service",
            role: None,
            created_by: None,
            ends_at: None,
            networks: String::new(),
            scopes: String::new(),
        }
    }
}

/// One write. Fields are the columns they set. Those that find the store otherwise than it was read fail with
/// [`StoreError::Stale`], and nothing of their transaction is kept.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum AccessWrite {
    /// A rep as they shall be, if their version is the one that was seen and an owner is left who gets in.
    RepChange { id: String, version: i64, name: String, role: String, disabled_at: Option<i64> },
    /// A rep's own name and settings (JSON), if their version is the one that was seen; else [`StoreError::Stale`].
    Own { id: String, version: i64, name: String, settings: String },
    /// A rep's password from now on: its hash.
    Password { rep_id: String, hash: String },
    /// Somebody signed in. Sessions of the rep that have ended by themselves are forgotten.
    Session {
        id: String,
        rep_id: String,
        token_sha256: String,
        browser: String,
        ends_at: i64,
        /// Those that were not seen since have ended.
        idle_since: i64,
    },
    /// A session is in use.
    SessionSeen { id: String },
    /// End one session of a rep.
    SessionEnd { rep_id: String, id: String },
    /// End a rep's sessions but one.
    SessionEndOthers { rep_id: String, keep: String },
    /// A link that is good once.
    Link { id: String, kind: LinkKind, rep_id: Option<String>, token_sha256: String, by: String, ends_at: i64 },
    /// Use a link, if nobody has, and end the others of its rep.
    LinkUse { id: String, kind: LinkKind, rep_id: Option<String> },
    /// A key of a rep.
    Key(Box<NewKey>),
    /// A key is in use.
    KeySeen { id: String },
    /// Somebody goes to the provider that says who they are. Who did not come back in time is forgotten.
    SignInBegin {
        state_sha256: String,
        browser_sha256: String,
        nonce: String,
        verifier: String,
        return_to: String,
        ends_at: i64,
    },
    /// They are back, once.
    SignInUse { state_sha256: String },
    /// From now on a provider means this person.
    Identity { issuer: String, subject: String, rep_id: String },
}

impl AccessWrite {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::RepChange { id, version, name, role, disabled_at } => {
                // Two owners who take each other's role at the same time would both find the other one there.
                execute!(conn, sql::WORKSPACE_HOLD, ws);
                if execute!(conn, sql::REP_CHANGE, ws, id, *version, name, role, *disabled_at) == 0 {
                    return Err(StoreError::Stale("user"));
                }
                if disabled_at.is_some() {
                    execute!(conn, sql::SESSION_END_OTHERS, ws, id, "");
                    execute!(conn, sql::LINK_END_OF_REP, ws, id, now);
                }
            }
            Self::Own { id, version, name, settings } => {
                if execute!(conn, own::REP_RENAME, ws, id, *version, name) == 0 {
                    return Err(StoreError::Stale("user"));
                }
                execute!(conn, own::REP_SETTING_SET, ws, id, settings, now);
            }
            Self::Password { rep_id, hash } => {
                execute!(conn, sql::PASSWORD_SET, ws, rep_id, hash, now);
            }
            Self::Session { id, rep_id, token_sha256, browser, ends_at, idle_since } => {
                execute!(conn, sql::SESSION_FORGET, ws, rep_id, now, *idle_since);
                execute!(conn, sql::SESSION_INSERT, ws, id, rep_id, token_sha256, browser, now, *ends_at);
            }
            Self::SessionSeen { id } => {
                execute!(conn, sql::SESSION_SEEN, ws, id, now);
            }
            Self::SessionEnd { rep_id, id } => {
                execute!(conn, sql::SESSION_END, ws, rep_id, id);
            }
            Self::SessionEndOthers { rep_id, keep } => {
                execute!(conn, sql::SESSION_END_OTHERS, ws, rep_id, keep);
            }
            Self::Link { id, kind, rep_id, token_sha256, by, ends_at } => {
                let rep_id = rep_id.as_deref();
                execute!(conn, sql::LINK_INSERT, ws, id, kind.as_str(), rep_id, token_sha256, by, now, *ends_at);
            }
            Self::LinkUse { id, kind, rep_id } => {
                // Two links to set up, used at the same time, would both find nobody there.
                execute!(conn, sql::WORKSPACE_HOLD, ws);
                let used = match kind {
                    LinkKind::SetUp => execute!(conn, sql::LINK_USE_SET_UP, ws, id, now),
                    LinkKind::Password => execute!(conn, sql::LINK_USE, ws, id, now),
                };
                if used == 0 {
                    return Err(StoreError::Stale("link"));
                }
                if let Some(rep_id) = rep_id {
                    execute!(conn, sql::LINK_END_OF_REP, ws, rep_id, now);
                }
            }
            Self::Key(key) => {
                let NewKey { id, rep_id, name, key_sha256, kind, role, created_by, ends_at, networks, scopes } = &**key;
                let (role, created_by) = (role.as_deref(), created_by.as_deref());
                execute!(
                    conn,
                    sql::API_KEY_INSERT,
                    ws,
                    id,
                    rep_id,
                    name,
                    key_sha256,
                    now,
                    *kind,
                    role,
                    created_by,
                    *ends_at,
                    networks,
                    scopes
                );
            }
            Self::KeySeen { id } => {
                execute!(conn, sql::API_KEY_SEEN, ws, id, now);
            }
            Self::SignInBegin { state_sha256, browser_sha256, nonce, verifier, return_to, ends_at } => {
                execute!(conn, sql::SIGN_IN_FORGET, now);
                let until = *ends_at;
                execute!(conn, sql::SIGN_IN_BEGIN, state_sha256, ws, browser_sha256, nonce, verifier, return_to, until);
            }
            Self::SignInUse { state_sha256 } => {
                if execute!(conn, sql::SIGN_IN_USE, state_sha256) == 0 {
                    return Err(StoreError::Stale("link"));
                }
            }
            Self::Identity { issuer, subject, rep_id } => {
                if execute!(conn, sql::IDENTITY_INSERT, ws, issuer, subject, rep_id, now) == 0 {
                    return Err(StoreError::Stale("identity"));
                }
            }
        }
        Ok(())
    }
}
