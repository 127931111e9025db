//! Users: the people inside, called reps where they work.

pub(crate) mod add;
pub(crate) mod change;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod password_link;
pub(crate) mod roles;

use remit_engine::access::address;
use remit_engine::store::LinkKind;
use remit_engine::store::rows::RepRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::{Owner, Rep, Role};
use super::error::ApiError;
use super::session::fresh_token;
use super::state::App;
use super::time::Timestamp;

/// Somebody inside.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// `usr_…`.
    id: String,
    /// Their name.
    name: String,
    /// Their mail address, which they sign in with.
    email: String,
    /// `viewer`, `closer`, `approver`, `manager` or `owner`.
    #[schema(value_type = Role)]
    role: String,
    /// They get in no more.
    disabled: bool,
    /// When they were added.
    created_at: Timestamp,
    /// Counts changes.
    version: i64,
}

impl From<RepRow> for User {
    fn from(row: RepRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role,
            disabled: row.disabled_at.is_some(),
            created_at: Timestamp(row.created_at),
            version: row.version,
        }
    }
}

/// A link by which somebody chooses their password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PasswordLink {
    /// Give it to them by a way you trust. It is shown this once and good once.
    url: String,
    /// Until when it is good.
    ends_at: Timestamp,
}

impl PasswordLink {
    /// A fresh link for somebody.
    async fn make(app: &App, rep: &Rep<Owner>, user_id: String) -> Result<Self, ApiError> {
        let (token, token_sha256) = fresh_token();
        let ends_at = app.engine().make_link(LinkKind::Password, Some(user_id), token_sha256, &rep.row.name).await?;
        Ok(Self { url: app.site().page(&format!("password?token={token}")), ends_at: Timestamp(ends_at) })
    }
}

/// A mail address that somebody can have, as it is kept.
pub(crate) fn email(pointer: &str, text: &str) -> Result<String, ApiError> {
    let email = address(text);
    let is_good = email.len() <= 320
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if is_good { Ok(email) } else { Err(ApiError::field(pointer, "invalid", "must be a mail address")) }
}
