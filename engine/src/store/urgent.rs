//! The queue of approvals in the order of risk, or of the time until which they last, at a bounded cost: the index of the
//! order is walked for so many rows at most ([`BUDGET`](super::found::BUDGET)), and those are looked at.

use super::found::{Page, WantedApprovals, yes};
use super::rows::ApprovalRow;
use super::{Conn, StoreError, on};

/// In which order what waits is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The highest risk tier first; what no policy was asked about before all.
    Risk,
    /// What is over soonest first; what is never over last.
    Expiry,
}

macro_rules! seek {
    ($($constant:ident = $walk:literal, $by:literal;)+) => {
        $(mod $constant {
            pub(super) const PAGE: &str = concat!("WITH seen AS (\n", include_str!(concat!("sql/", $walk, ".sql")), ")",
                seek!(@page), " ORDER BY c.", $by, ", c.id LIMIT $5");
            pub(super) const END: &str = concat!("WITH seen AS (\n", include_str!(concat!("sql/", $walk, ".sql")), ")",
                "\nSELECT c.", $by, " AS place, c.id, (SELECT COUNT(*) FROM seen c) AS seen FROM seen c ORDER BY c.", $by,
                " DESC, c.id DESC LIMIT 1");
        })+
        /// Name and text of every page; they run on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$(($walk, $constant::PAGE),)+];
        /// Name and text of how each walk ends; they run on both databases.
        pub const ENDS: &[(&str, &str)] = &[$((concat!($walk, "_end"), $constant::END),)+];
    };
    // $5 limit  $6 teams  $7 reps who have them in hand  $8 those that nobody has, too  $9 now  $10 channel kinds
    // $11 intents  $12 mode  $13 rule  $14 conversation  $15 asked for at this time or later
    (@page) => {
        "\nSELECT c.* FROM seen c WHERE ($6 = '' OR REPLACE(',' || $6 || ',', ',' || c.team || ',', '') <> ',' || $6 || ',')
    AND (($7 = '' AND $8 = '')
        OR ($7 <> '' AND c.claimed_until > $9 AND REPLACE(',' || $7 || ',', ',' || c.claimed_by || ',', '') <> ',' || $7 || ',')
        OR ($8 <> '' AND (c.claimed_until IS NULL OR c.claimed_until <= $9)))
    AND (($10 = '' AND $11 = '') OR EXISTS (SELECT 1 FROM run r
        JOIN message m ON m.workspace_id = r.workspace_id AND m.id = r.message_id
        WHERE r.workspace_id = c.workspace_id AND r.id = c.run_id
        AND ($10 = '' OR REPLACE(',' || $10 || ',', ',' || m.channel_kind || ',', '') <> ',' || $10 || ',')
        AND ($11 = '' OR REPLACE(',' || $11 || ',', ',' || m.intent || ',', '') <> ',' || $11 || ',')))
    AND (($12 = '' AND $13 = '') OR EXISTS (SELECT 1 FROM decision d
        WHERE d.workspace_id = c.workspace_id AND d.id = c.decision_id AND ($13 = '' OR d.rule = $13)
        AND ($12 = '' OR REPLACE(d.record, '\"mode\":{\"value\":\"' || $12 || '\"', '') <> d.record)))
    AND ($14 = '' OR c.conversation_id = $14) AND c.created_at >= $15"
    };
}

seek! {
    risk = "approval_seek_risk", "ease";
    expiry = "approval_seek_expiry", "lasts_until";
}

#[derive(Debug, sqlx::FromRow)]
struct End {
    place: i64,
    id: String,
    seen: i64,
}

/// What waits in this order after a place and id, `limit` at most; the state that is wanted is not heeded. `since` is when
/// it was asked for at the earliest, UTC milliseconds. `budget` are looked at, [`BUDGET`](super::found::BUDGET) but in tests.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn approvals(
    conn: &mut Conn<'_>,
    ws: &str,
    (urgency, wanted): (Urgency, &WantedApprovals<'_>),
    (after, after_id): (i64, &str),
    (since, now): (Option<i64>, i64),
    (limit, budget): (i64, i64),
) -> Result<Page<ApprovalRow>, StoreError> {
    let (page, end) = match urgency {
        Urgency::Risk => (risk::PAGE, risk::END),
        Urgency::Expiry => (expiry::PAGE, expiry::END),
    };
    let rows: Vec<ApprovalRow> = on!(conn, |c| {
        sqlx::query_as(page)
            .bind(ws)
            .bind(after)
            .bind(after_id)
            .bind(budget)
            .bind(limit)
            .bind(wanted.teams)
            .bind(wanted.claimed_by)
            .bind(yes(wanted.unclaimed))
            .bind(now)
            .bind(wanted.channels)
            .bind(wanted.intents)
            .bind(wanted.mode)
            .bind(wanted.rule)
            .bind(wanted.conversation.unwrap_or_default())
            .bind(since.unwrap_or(i64::MIN))
            .fetch_all(c)
            .await?
    });
    if i64::try_from(rows.len()).is_ok_and(|found| found >= limit) {
        return Ok(Page { rows, walked_to: None });
    }
    let end: Option<End> = on!(conn, |c| {
        sqlx::query_as(end).bind(ws).bind(after).bind(after_id).bind(budget).fetch_optional(c).await?
    });
    // A walk that was shorter than it might have been has seen the last one.
    Ok(Page { rows, walked_to: end.filter(|end| end.seen >= budget).map(|end| (end.place, end.id)) })
}
