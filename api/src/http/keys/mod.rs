//! Keys: what programs send instead of signing in.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use remit_engine::store::rows::KeyRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::network;
use super::scope::Scope;
use super::time::Timestamp;

/// A key; what it is made of is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKey {
    /// `key_…`.
    id: String,
    /// What it is for.
    name: String,
    /// `service`, `draft_only` or `ai`.
    kind: String,
    /// The user that it acts as.
    user_id: String,
    /// Their name.
    user_name: String,
    /// The most it may do, where that is less than its user may.
    #[schema(required)]
    role: Option<String>,
    /// What it is limited to; null where it may all that its user and its kind may.
    #[schema(required)]
    scopes: Option<Vec<Scope>>,
    /// Networks from which alone it may be used; empty: from everywhere.
    networks: Vec<String>,
    /// Who made it.
    #[schema(required)]
    created_by: Option<String>,
    /// When.
    created_at: Timestamp,
    /// When it ends by itself.
    #[schema(required)]
    ends_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[schema(required)]
    seen_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(required)]
    revoked_at: Option<Timestamp>,
}

impl From<KeyRow> for ApiKey {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            kind: row.kind,
            user_id: row.rep_id,
            user_name: row.rep_name,
            role: row.role,
            scopes: Scope::read(&row.scopes),
            networks: network::each(&row.networks),
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            ends_at: row.ends_at.map(Timestamp),
            seen_at: row.seen_at.map(Timestamp),
            revoked_at: row.revoked_at.map(Timestamp),
        }
    }
}
