//! Who is asking, and what their role allows. The extractor runs before the body of a handler; a request without the
//! role never reaches it.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use remit_engine::store::read;
use remit_engine::store::rows::RepRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{ApiError, ErrorCode};
use super::state::{App, key_sha256};

/// What a rep may do. Each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Reads everything; changes only what they themselves have read.
    Viewer,
    /// Writes notes, pauses the AI for a contact, stops sending.
    Closer,
    /// Decides on drafts.
    Approver,
    /// Lets sending go on after a stop.
    Manager,
    /// Everything.
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
}

/// The rep who sent the request, holding at least the role `R`.
#[derive(Debug)]
pub(crate) struct Rep<R = Viewer> {
    /// Who it is.
    pub(crate) row: RepRow,
    /// What is kept of the key they sent.
    pub(crate) key_sha256: String,
    needs: PhantomData<R>,
}

impl<R> Rep<R> {
    /// True when the rep holds at least this role.
    pub(crate) fn has(&self, role: Role) -> bool {
        Role::ALL.into_iter().any(|own| own.as_str() == self.row.role && own >= role)
    }

    /// The workspace, which comes from the key and from nowhere else.
    pub(crate) fn workspace(&self) -> &str {
        &self.row.workspace_id
    }
}

impl<R: Needs> FromRequestParts<App> for Rep<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let key_sha256 = key_sha256(bearer(parts)?);
        let mut reader = app.read().await?;
        let row = read::rep_by_key(&mut reader.conn(), &key_sha256).await?;
        let row = row.ok_or_else(|| unauthenticated("The key is unknown or was revoked."))?;
        let role = Role::ALL.into_iter().find(|role| role.as_str() == row.role);
        if role.is_none_or(|role| role < R::ROLE) {
            return Err(ApiError::needs_role(R::ROLE, &row.role));
        }
        Ok(Self { row, key_sha256, needs: PhantomData })
    }
}

fn bearer(parts: &Parts) -> Result<&str, ApiError> {
    let header = parts
        .headers
        .get(AUTHORIZATION)
        .ok_or_else(|| unauthenticated("Send your key as `Authorization: Bearer rk_…`."))?;
    header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
        .filter(|key| key.starts_with("rk_"))
        .ok_or_else(|| unauthenticated("The `Authorization` header is not `Bearer rk_…`."))
}

fn unauthenticated(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Unauthenticated, detail)
}
