//! Who is asking, and what their role allows.
//!
//! [`super::permit`] finds out who it is before a handler is called, and whether the table of permissions lets them. The
//! extractor [`Rep`] hands the principal to the handler, and asks for a role of its own: two locks, of which either holds.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use remit_engine::store::rows::{PrincipalRow, RepRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{ApiError, ErrorCode};
use super::network;
use super::scope::Scope;
use super::state::{App, key_sha256};

/// What a rep may do. Each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Reads everything; changes only what they themselves have read.
    Viewer,
    /// Replies, writes notes, pauses the AI for a contact, stops sending; does not approve.
    Closer,
    /// Decides on drafts.
    Approver,
    /// Lets sending go on after a stop; publishes policies; channels and webhooks.
    Manager,
    /// Everything: also users and keys.
    Owner,
}

impl Role {
    /// All roles, the least first.
    pub(crate) const ALL: [Self; 5] = [Self::Viewer, Self::Closer, Self::Approver, Self::Manager, Self::Owner];

    /// The word in rows and documents.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Closer => "closer",
            Self::Approver => "approver",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }

    /// The role of a word in a row; none for a word that is not known, which allows nothing.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// By what somebody proves who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Credential {
    /// A browser that is signed in.
    Session,
    /// A key of a program that does what its rep may do.
    Service,
    /// A key of a program that may write what people then send, and send nothing itself: its replies become drafts.
    DraftOnly,
    /// A key of an AI: it reads, writes notes and drafts; it never sends, decides or controls.
    Ai,
}

impl Credential {
    /// The word in rows.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Service => "service",
            Self::DraftOnly => "draft_only",
            Self::Ai => "ai",
        }
    }

    /// The credential of a word in a row; none for one that is not known.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Session, Self::Service, Self::DraftOnly, Self::Ai].into_iter().find(|one| one.as_str() == word)
    }

    /// True when a person stands behind what it does at once; false for what must never reach a customer unseen.
    pub(crate) const fn may_act(self) -> bool {
        matches!(self, Self::Session | Self::Service)
    }

    /// The most that it may be. An AI decides nothing, whatever its key was given.
    pub(crate) const fn most(self) -> Role {
        if self.may_act() { Role::Owner } else { Role::Closer }
    }
}

/// Whoever sent the request.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    /// Who it is. `role` is the one that counts here: the rep's own, or a lesser one that their key has.
    pub(crate) row: RepRow,
    /// The role that counts.
    pub(crate) role: Role,
    /// By what they prove it.
    pub(crate) credential: Credential,
    /// Its id: a session's, or a key's.
    pub(crate) credential_id: String,
    /// What their key was limited to; none where it was not.
    pub(crate) scopes: Option<Vec<Scope>>,
    /// SHA-256 of the secret they sent.
    secret_sha256: String,
}

impl Principal {
    fn of(found: PrincipalRow, secret_sha256: String) -> Result<Self, ApiError> {
        let PrincipalRow { rep, credential_id, credential, cap, seen_at: _, networks: _, scopes } = found;
        let unknown = || {
            tracing::error!(user = rep.id, "a role or a kind of key in the store is not known; nobody is let in by it");
            ApiError::internal()
        };
        let credential = Credential::of(&credential).ok_or_else(unknown)?;
        let own = Role::of(&rep.role).ok_or_else(unknown)?;
        let cap = cap.map(|word| Role::of(&word).ok_or_else(unknown)).transpose()?;
        let role = own.min(cap.unwrap_or(own)).min(credential.most());
        let row = RepRow { role: role.as_str().to_owned(), ..rep };
        Ok(Self { row, role, credential, credential_id, scopes: Scope::read(&scopes), secret_sha256 })
    }

    /// Whether what they came with was not limited to other things than this.
    pub(crate) fn holds(&self, scope: Scope) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }

    /// Refuses what their key was not given.
    pub(crate) fn must_hold(&self, scope: Scope) -> Result<(), ApiError> {
        if self.holds(scope) { Ok(()) } else { Err(ApiError::needs_scope(scope)) }
    }

    /// Whether they would still be let in, with at least the role that they had.
    pub(crate) async fn is_still_good(&self, app: &App) -> bool {
        let found = match self.credential {
            Credential::Session => app.engine().by_session(&self.secret_sha256).await,
            _ => app.engine().by_key(&self.secret_sha256).await,
        };
        let Ok(Some(found)) = found else { return false };
        Self::of(found, self.secret_sha256.clone()).is_ok_and(|now| now.role >= self.role)
    }
}

/// A role as a type, so that a handler's signature says what it needs.
pub(crate) trait Needs {
    /// The least role that will do.
    const ROLE: Role;
}

macro_rules! needs {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        $($(#[$meta])* #[derive(Debug)] pub(crate) struct $name; impl Needs for $name { const ROLE: Role = Role::$name; })+
    };
}

needs! {
    /// Any rep.
    Viewer,
    /// A closer or above.
    Closer,
    /// An approver or above.
    Approver,
    /// A manager or above.
    Manager,
    /// An owner.
    Owner,
}

/// The rep who sent the request, holding at least the role `R`.
#[derive(Debug)]
pub(crate) struct Rep<R = Viewer> {
    /// Who it is.
    pub(crate) row: RepRow,
    /// The same, and by what they prove it.
    pub(crate) principal: Principal,
    needs: PhantomData<R>,
}

impl<R> Rep<R> {
    /// True when the rep holds at least this role.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.principal.role >= role
    }

    /// The workspace, which comes from the key or the session and from nowhere else.
    pub(crate) fn workspace(&self) -> &str {
        &self.row.workspace_id
    }
}

impl<R: Needs> FromRequestParts<App> for Rep<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        // Without a line in the table of permissions nobody was looked for, and nobody is let in.
        let principal = parts.extensions.get::<Principal>().cloned();
        let principal = principal.ok_or_else(|| unauthenticated("Nobody may do this."))?;
        if principal.role < R::ROLE {
            return Err(ApiError::needs_role(R::ROLE, principal.role.as_str()));
        }
        Ok(Self { row: principal.row.clone(), principal, needs: PhantomData })
    }
}

/// Finds out who sent a request: by a key where there is one, else by the cookie of a session.
pub(crate) async fn authenticate(app: &App, request: &Parts) -> Result<Principal, ApiError> {
    let headers = &request.headers;
    if headers.contains_key(AUTHORIZATION) {
        let key_sha256 = key_sha256(bearer(headers)?);
        let found = app.engine().by_key(&key_sha256).await?;
        let found = found.ok_or_else(|| unauthenticated("The key is unknown, has ended or was revoked."))?;
        network::must_be_in(&found.networks, app, request)?;
        return Principal::of(found, key_sha256);
    }
    let token = cookie(headers, app.site().cookie_name());
    let token = token.ok_or_else(|| unauthenticated("Sign in, or send your key as `Authorization: Bearer rk_…`."))?;
    // A browser sends its cookie along whoever made it ask.
    if !request.method.is_safe() {
        app.site().must_be_own(headers)?;
    }
    by_session(app, token).await
}

/// Whose session a token is of.
pub(crate) async fn by_session(app: &App, token: &str) -> Result<Principal, ApiError> {
    let token_sha256 = key_sha256(token);
    let found = app.engine().by_session(&token_sha256).await?;
    let found = found.ok_or_else(|| unauthenticated("The session has ended; sign in again."))?;
    Principal::of(found, token_sha256)
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
        .filter(|key| key.starts_with("rk_"))
        .ok_or_else(|| unauthenticated("The `Authorization` header is not `Bearer rk_…`."))
}

fn unauthenticated(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Unauthenticated, detail)
}
