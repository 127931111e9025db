//! Switches that people flip while everything runs: the kill switch, and those that the policy declares.

pub(crate) mod engage;
pub(crate) mod list;
pub(crate) mod release;

use remit_engine::stop::{KILL_SWITCH, Stopped};
use remit_engine::store::read;
use remit_engine::store::rows::{RepRow, SwitchRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::text;
use super::state::App;
use super::time::Timestamp;

/// A switch and who flipped it last.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Switch {
    /// `kill_switch`, or a name that the policy declares.
    name: String,
    /// On or off.
    is_on: bool,
    /// Why it was flipped.
    reason: String,
    /// Who flipped it.
    changed_by: String,
    /// When.
    changed_at: Timestamp,
}

impl From<SwitchRow> for Switch {
    fn from(row: SwitchRow) -> Self {
        Self {
            name: row.name,
            is_on: row.is_on,
            reason: row.reason,
            changed_by: row.changed_by,
            changed_at: Timestamp(row.changed_at),
        }
    }
}

/// Why a switch is flipped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlipReason {
    /// For the record.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

async fn flip(app: &App, rep: &RepRow, is_on: bool, why: &FlipReason) -> Result<(Switch, Stopped), ApiError> {
    let reason = text("/reason", &why.reason, 1000)?;
    let stopped = app.engine().flip(&rep.workspace_id, KILL_SWITCH, is_on, reason, &rep.name).await?;
    let mut reader = app.read().await?;
    let switches = read::switches(&mut reader.conn(), &rep.workspace_id).await?;
    let switch = switches.into_iter().find(|switch| switch.name == KILL_SWITCH);
    let switch = switch.map(Switch::from).ok_or_else(ApiError::internal)?;
    Ok((switch, stopped))
}
