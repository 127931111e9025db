//! Teams: people to whom conversations are routed and given together.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod members;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::read;
use remit_engine::store::rows::{MemberRow, TeamRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::Rep;
use super::error::ApiError;
use super::etag::etag;
use super::extract::text;
use super::state::App;
use super::time::Timestamp;

/// A team.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Team {
    /// Its id, `team_…`.
    id: String,
    /// Its name, as policies route to it and as `team` of a conversation shows it.
    name: String,
    /// Who is in it; 200 at most.
    members: Vec<TeamMember>,
    /// When it was made.
    created_at: Timestamp,
    /// Counts its changes.
    version: i64,
}

/// Somebody in a team.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TeamMember {
    /// The user, `usr_…`.
    id: String,
    /// Their name.
    name: String,
}

/// A team to be, or as it shall be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamName {
    /// The name: one line without commas. A policy that says `team sales` routes to the team `sales`.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

impl TeamName {
    fn checked(&self) -> Result<&str, ApiError> {
        let name = text("/name", &self.name, 60)?;
        if name.contains(',') || name.chars().any(char::is_control) {
            return Err(ApiError::field("/name", "invalid", "must be one line without commas"));
        }
        Ok(name)
    }
}

impl Team {
    fn of(row: TeamRow, members: Vec<MemberRow>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            members: members.into_iter().map(|row| TeamMember { id: row.id, name: row.name }).collect(),
            created_at: Timestamp(row.created_at),
            version: row.version,
        }
    }
}

/// The team, or 404.
pub(crate) async fn found<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<TeamRow, ApiError> {
    let mut reader = app.read().await?;
    read::team(&mut reader.conn(), rep.workspace(), id).await?.ok_or_else(|| ApiError::not_found("team"))
}

/// The team with its version as `ETag`, or 404.
async fn shown<R>(app: &App, rep: &Rep<R>, id: &str, status: StatusCode) -> Result<Response, ApiError> {
    let row = found(app, rep, id).await?;
    let mut reader = app.read().await?;
    let members = read::team_members(&mut reader.conn(), rep.workspace(), id).await?;
    Ok((status, [(ETAG, etag(row.version)?)], Json(Team::of(row, members))).into_response())
}
