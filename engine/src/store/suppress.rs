//! Addresses that must not be written to. They stand in the contact's own row, and every change of them raises its version:
//! whoever decided on how the contact was decides again.

use serde::{Deserialize, Serialize};

use super::events::{Datum, Log};
use super::statements as sql;
use super::{Conn, StoreError, execute, fetch};

/// An address that must not be written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// The kind of channel.
    pub channel: String,
    /// The address, as it is looked up.
    pub address: String,
    /// `bounced`, `complained` or `opted_out`.
    pub reason: String,
    /// Since when, UTC milliseconds.
    pub at: i64,
}

pub(super) async fn alias(
    conn: &mut Conn<'_>,
    ws: &str,
    kind: &str,
    known: &str,
    also: &str,
) -> Result<(), StoreError> {
    // Either may have been heard of first.
    for (known, also) in [(known, also), (also, known)] {
        let found: Vec<(String,)> = fetch!(conn, sql::CONTACT_OF_ADDRESS, ws, kind, known);
        if let Some((contact,)) = found.first() {
            execute!(conn, sql::CONTACT_ALIAS, ws, kind, also, contact);
            break;
        }
    }
    Ok(())
}

/// Holds the contact and gives what must not be written to.
async fn held(conn: &mut Conn<'_>, ws: &str, contact: &str) -> Result<Vec<Suppressed>, StoreError> {
    execute!(conn, sql::CONTACT_HOLD, ws, contact);
    let rows: Vec<(String,)> = fetch!(conn, sql::CONTACT_SUPPRESSED, ws, contact);
    let text = rows.into_iter().next().map(|row| row.0).unwrap_or_default();
    serde_json::from_str(&text)
        .map_err(|error| StoreError::Inconsistent { table: "contact", reason: format!("suppressed: {error}") })
}

#[expect(clippy::too_many_arguments, reason = "each names a column")]
pub(super) async fn suppress(
    conn: &mut Conn<'_>,
    ws: &str,
    now: i64,
    log: &mut Log,
    contact: &str,
    channel: &str,
    address: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let mut all = held(conn, ws, contact).await?;
    let there = all.iter().any(|one| one.channel == channel && one.address == address && one.reason == reason);
    if there {
        return Ok(());
    }
    let (channel, address, reason) = (channel.to_owned(), address.to_owned(), reason.to_owned());
    all.push(Suppressed { channel, address, reason, at: now });
    keep(conn, ws, log, now, contact, &all).await
}

/// True when there was something to release: only what the person asked for themselves is theirs to take back.
pub(super) async fn release(
    conn: &mut Conn<'_>,
    ws: &str,
    log: &mut Log,
    now: i64,
    contact: &str,
    channel: &str,
    address: &str,
) -> Result<bool, StoreError> {
    let mut all = held(conn, ws, contact).await?;
    let before = all.len();
    all.retain(|one| !(one.channel == channel && one.address == address && one.reason == "opted_out"));
    if all.len() == before {
        return Ok(false);
    }
    keep(conn, ws, log, now, contact, &all).await?;
    Ok(true)
}

async fn keep(
    conn: &mut Conn<'_>,
    ws: &str,
    log: &mut Log,
    now: i64,
    contact: &str,
    all: &[Suppressed],
) -> Result<(), StoreError> {
    let text = serde_json::to_string(all).unwrap_or_else(|_| "[]".to_owned());
    execute!(conn, sql::CONTACT_SUPPRESS, ws, contact, &text);
    log.begin(ws, now, None, None);
    let changed = Datum::Words(&["suppressed"]);
    log.event("contact.updated", &[("contact_id", Datum::Text(contact)), ("changed", changed)]);
    Ok(())
}
