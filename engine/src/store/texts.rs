//! Stored texts of many decisions at once.

use std::collections::HashMap;

use super::batch::set::Set;
use super::rows::{DraftTextRow, MessageRow};
use super::statements::many;
use super::{Conn, StoreError};

/// These messages, by id.
pub(crate) async fn messages(
    conn: &mut Conn<'_>,
    ws: &str,
    ids: &[&str],
) -> Result<HashMap<String, MessageRow>, StoreError> {
    let mut set = Set::new(&many::MESSAGE_GET);
    ids.iter().for_each(|id| set.push([ws.into(), (*id).into()]));
    let rows: Vec<MessageRow> = set.fetch(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// These versions of drafts, by id and version.
pub(crate) async fn drafts(
    conn: &mut Conn<'_>,
    ws: &str,
    versions: &[(&str, i64)],
) -> Result<HashMap<(String, i64), DraftTextRow>, StoreError> {
    let mut set = Set::new(&many::DRAFT_VERSION_GET);
    versions.iter().for_each(|(id, version)| set.push([ws.into(), (*id).into(), (*version).into()]));
    let rows: Vec<DraftTextRow> = set.fetch(conn).await?;
    Ok(rows.into_iter().map(|row| ((row.draft_id.clone(), row.version), row)).collect())
}
