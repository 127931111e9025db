//! How much of a limit is taken.

use std::collections::HashMap;

use super::set::Set;
use crate::store::statements::many;
use crate::store::{Conn, StoreError, read};

/// A limit that one run counts against.
#[derive(Debug, Clone)]
pub(crate) struct LimitAsk<'a> {
    pub(crate) workspace_id: &'a str,
    pub(crate) limit: &'a str,
    pub(crate) subject: &'a str,
    /// Start of the bucket of time, UTC milliseconds.
    pub(crate) bucket_start: i64,
    /// How many it lets go in a bucket.
    pub(crate) most: i64,
    pub(crate) run_id: &'a str,
    /// Now, UTC milliseconds.
    pub(crate) now_ms: i64,
}

/// How much of these limits is taken, in the same order: counted already, or due to runs that came earlier and wait.
/// More than `most` may be counted; no more than `most` are looked for among those who wait.
pub(crate) async fn taken(conn: &mut Conn<'_>, asks: &[LimitAsk<'_>]) -> Result<Vec<i64>, StoreError> {
    let mut asked = Set::new(&many::LIMIT_GET);
    for (place, ask) in asks.iter().enumerate() {
        let workspace = ask.workspace_id.into();
        asked.push([place.into(), workspace, ask.limit.into(), ask.subject.into(), ask.bucket_start.into()]);
    }
    let rows = asked.fetch_packed::<(i64, i64, i64)>(conn).await?;
    let counted: HashMap<i64, (i64, i64)> =
        rows.into_iter().map(|(place, sent, waits)| (place, (sent, waits))).collect();
    let mut taken = Vec::with_capacity(asks.len());
    for (place, ask) in (0_i64..).zip(asks) {
        let (sent, waits) = counted.get(&place).copied().unwrap_or_default();
        let room = ask.most - sent;
        let ahead = if waits > 0 && room > 0 {
            let whose = (ask.limit, ask.subject);
            read::limit_ahead(conn, ask.workspace_id, whose, ask.run_id, ask.now_ms, room).await?
        } else {
            0
        };
        taken.push(sent + ahead);
    }
    Ok(taken)
}
