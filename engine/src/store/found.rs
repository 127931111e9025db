//! Drafts, approvals, decisions and other lists by any combination of filters, at a bounded cost.
//!
//! No index can serve every combination, and one more index on rows that every message writes would be paid by all of
//! them. So the order of the list is walked for so many rows at most ([`BUDGET`]), down to a row that is looked up first;
//! a page may hold fewer rows than were asked for, even none, and still have a next one. Of one conversation, the latest
//! so many are looked at.

use super::rows::{ApprovalRow, DecisionRow, DraftRow, MessageRow};
use super::statements::office as sql;
use super::{Conn, StoreError, on};

/// Rows that are looked at for one page, at most.
pub const BUDGET: i64 = 1_000;

/// A page, and where the walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<R> {
    /// What was found, in the order of the list.
    pub rows: Vec<R>,
    /// Where to go on, where the walk ended before the page was full: time and id.
    pub walked_to: Option<(i64, String)>,
}

/// Which drafts. What is empty or absent filters nothing; lists have commas between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WantedDrafts<'a> {
    /// In one of these states.
    pub statuses: &'a str,
    /// Begun by an `ai_agent` or a `rep`.
    pub author_kind: &'a str,
    /// Begun by this rep.
    pub author: &'a str,
    /// Made at this time or later, UTC milliseconds.
    pub since: Option<i64>,
    /// In this conversation.
    pub conversation: Option<&'a str>,
}

/// Which decisions. What is empty or absent filters nothing; lists have commas between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WantedDecisions<'a> {
    /// With one of these outcomes.
    pub outcomes: &'a str,
    /// Of this asking.
    pub gate: &'a str,
    /// By this rule.
    pub rule: &'a str,
    /// By this policy.
    pub policy: &'a str,
    /// About messages of these kinds of channel.
    pub channels: &'a str,
    /// About messages that have one of these intents now.
    pub intents: &'a str,
    /// Under this mode of autonomy.
    pub mode: &'a str,
    /// Made at this time or later, UTC milliseconds.
    pub since: Option<i64>,
    /// About messages of this conversation.
    pub conversation: Option<&'a str>,
}

/// Which approvals. What is empty or absent filters nothing; lists have commas between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WantedApprovals<'a> {
    /// In this state.
    pub state: &'a str,
    /// For these teams.
    pub teams: &'a str,
    /// That these reps have in hand.
    pub claimed_by: &'a str,
    /// That nobody has in hand; with `claimed_by`, those too.
    pub unclaimed: bool,
    /// About messages of these kinds of channel.
    pub channels: &'a str,
    /// About messages that have one of these intents now.
    pub intents: &'a str,
    /// Asked for under this mode of autonomy.
    pub mode: &'a str,
    /// Asked for by this rule.
    pub rule: &'a str,
    /// In this conversation.
    pub conversation: Option<&'a str>,
}

/// A flag as a parameter: text, for the databases have no truth value in common.
pub(super) const fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "" }
}

/// Where the walk ended, if the page is not full.
fn ended<R>(rows: Vec<R>, limit: i64, end: Option<(i64, String)>) -> Page<R> {
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
    Page { rows, walked_to: end.filter(|_| !is_full) }
}

/// Drafts before an id, latest first, `limit` at most. `budget` are looked at, [`BUDGET`] but in tests.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn drafts(
    conn: &mut Conn<'_>,
    ws: &str,
    wanted: &WantedDrafts<'_>,
    before: &str,
    limit: i64,
    budget: i64,
) -> Result<Page<DraftRow>, StoreError> {
    let since = wanted.since.unwrap_or(i64::MIN);
    let WantedDrafts { statuses, author_kind, author, .. } = *wanted;
    if let Some(conversation) = wanted.conversation {
        let rows: Vec<DraftRow> = on!(conn, |c| {
            let query = sqlx::query_as(sql::DRAFT_FIND_CONVERSATION).bind(ws).bind(before).bind(budget).bind(limit);
            let query = query.bind(statuses).bind(author_kind).bind(author).bind(since).bind(conversation);
            query.fetch_all(c).await?
        });
        return Ok(Page { rows, walked_to: None });
    }
    let floor: Option<(String,)> = on!(conn, |c| {
        let query = sqlx::query_as(sql::DRAFT_FLOOR).bind(ws).bind(before).bind(budget - 1);
        query.fetch_optional(c).await?
    });
    let down_to = floor.as_ref().map_or("", |row| row.0.as_str());
    let rows: Vec<DraftRow> = on!(conn, |c| {
        let query = sqlx::query_as(sql::DRAFT_FIND).bind(ws).bind(before).bind(down_to).bind(limit);
        query.bind(statuses).bind(author_kind).bind(author).bind(since).fetch_all(c).await?
    });
    Ok(ended(rows, limit, floor.map(|row| (0, row.0))))
}

/// Decisions before a time and id, latest first, `limit` at most. `budget` are looked at, [`BUDGET`] but in tests.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn decisions(
    conn: &mut Conn<'_>,
    ws: &str,
    wanted: &WantedDecisions<'_>,
    (before, before_id): (i64, &str),
    limit: i64,
    budget: i64,
) -> Result<Page<DecisionRow>, StoreError> {
    let since = wanted.since.unwrap_or(i64::MIN);
    let end: Option<(i64, String)> = match wanted.conversation {
        Some(_) => None,
        None => on!(conn, |c| {
            let query = sqlx::query_as(sql::DECISION_FLOOR).bind(ws).bind(before).bind(before_id).bind(budget - 1);
            query.fetch_optional(c).await?
        }),
    };
    let end = end.filter(|(at, _)| *at >= since);
    let (down_to, down_to_id) = end.as_ref().map_or((since, ""), |(at, id)| (*at, id.as_str()));
    macro_rules! bound {
        ($text:expr) => {
            sqlx::query_as($text)
                .bind(ws)
                .bind(before)
                .bind(before_id)
                .bind(down_to)
                .bind(down_to_id)
                .bind(limit)
                .bind(wanted.outcomes)
                .bind(wanted.gate)
                .bind(wanted.rule)
                .bind(wanted.policy)
                .bind(wanted.channels)
                .bind(wanted.intents)
                .bind(wanted.mode)
        };
    }
    let rows: Vec<DecisionRow> = match wanted.conversation {
        Some(id) => {
            on!(conn, |c| bound!(sql::DECISION_FIND_CONVERSATION).bind(id).bind(budget).fetch_all(c).await?)
        }
        None => on!(conn, |c| bound!(sql::DECISION_FIND).fetch_all(c).await?),
    };
    Ok(ended(rows, limit, end))
}

/// Approvals after a time and id, oldest first, `limit` at most. `budget` are looked at, [`BUDGET`] but in tests.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn approvals(
    conn: &mut Conn<'_>,
    ws: &str,
    wanted: &WantedApprovals<'_>,
    (after, after_id): (i64, &str),
    now: i64,
    limit: i64,
    budget: i64,
) -> Result<Page<ApprovalRow>, StoreError> {
    let end: Option<(i64, String)> = match wanted.conversation {
        Some(_) => None,
        None => on!(conn, |c| {
            let query = sqlx::query_as(sql::APPROVAL_CEILING).bind(ws).bind(wanted.state).bind(after).bind(after_id);
            query.bind(budget - 1).fetch_optional(c).await?
        }),
    };
    let (up_to, up_to_id) = end.as_ref().map_or((i64::MAX, ""), |(at, id)| (*at, id.as_str()));
    macro_rules! bound {
        ($text:expr) => {
            sqlx::query_as($text)
                .bind(ws)
                .bind(wanted.state)
                .bind(after)
                .bind(after_id)
                .bind(up_to)
                .bind(up_to_id)
                .bind(limit)
                .bind(wanted.teams)
                .bind(wanted.claimed_by)
                .bind(yes(wanted.unclaimed))
                .bind(now)
                .bind(wanted.channels)
                .bind(wanted.intents)
                .bind(wanted.mode)
                .bind(wanted.rule)
        };
    }
    let rows: Vec<ApprovalRow> = match wanted.conversation {
        Some(id) => {
            on!(conn, |c| bound!(sql::APPROVAL_FIND_CONVERSATION).bind(id).bind(budget).fetch_all(c).await?)
        }
        None => on!(conn, |c| bound!(sql::APPROVAL_FIND).fetch_all(c).await?),
    };
    Ok(ended(rows, limit, end))
}

/// Rows that are fetched at a time where they are looked at here.
const SLICE: i64 = 200;

/// What becomes of a row that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sifted {
    /// It belongs into the page.
    Wanted,
    /// It does not.
    Passed,
    /// It is where the list ends.
    Over,
}

/// A page of a list whose rows are looked at here and not by the database. It asks for slices of the list until the page is
/// full, the list ends, or so many were looked at as may be.
#[derive(Debug)]
pub struct Sieve<R> {
    rows: Vec<R>,
    at: (i64, String),
    most: usize,
    size: i64,
    left: i64,
    is_done: bool,
}

impl<R> Sieve<R> {
    /// For a page of `limit` rows after a place; `budget` are looked at, [`BUDGET`] but in tests.
    #[must_use]
    pub fn new(start: (i64, String), limit: i64, budget: i64) -> Self {
        let most = usize::try_from(limit).unwrap_or_default();
        // What passes nearly everything need not fetch more than the page.
        Self { rows: Vec::new(), at: start, most, size: limit.clamp(1, SLICE), left: budget, is_done: false }
    }

    /// The slice that is wanted next: after this place, so many rows. `None` when the page is done.
    #[must_use]
    pub fn asks(&self) -> Option<(i64, &str, i64)> {
        let goes_on = !self.is_done && self.left > 0;
        goes_on.then(|| (self.at.0, self.at.1.as_str(), self.size.min(self.left)))
    }

    /// Takes the slice that was asked for.
    pub fn take(&mut self, slice: Vec<R>, place: impl Fn(&R) -> (i64, String), sift: impl Fn(&R) -> Sifted) {
        let asked = self.size.min(self.left);
        self.is_done = i64::try_from(slice.len()).is_ok_and(|there_are| there_are < asked);
        self.left -= asked;
        self.size = SLICE;
        for row in slice {
            let sifted = sift(&row);
            if sifted == Sifted::Over {
                self.is_done = true;
                return;
            }
            self.at = place(&row);
            if sifted == Sifted::Wanted {
                self.rows.push(row);
            }
            if self.rows.len() >= self.most {
                self.is_done = true;
                return;
            }
        }
    }

    /// The page, and where to go on where not everything was looked at.
    #[must_use]
    pub fn page(self) -> Page<R> {
        Page { rows: self.rows, walked_to: (!self.is_done).then_some(self.at) }
    }
}

/// The messages of a conversation in one direction before a number, newest first, `limit` at most. `budget` of both are
/// looked at, [`BUDGET`] but in tests.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn messages(
    conn: &mut Conn<'_>,
    (ws, conversation): (&str, &str),
    direction: &str,
    before: i64,
    limit: i64,
    budget: i64,
) -> Result<Page<MessageRow>, StoreError> {
    let floor: Option<(i64,)> = on!(conn, |c| {
        let query = sqlx::query_as(sql::MESSAGE_FLOOR).bind(ws).bind(conversation).bind(before).bind(budget - 1);
        query.fetch_optional(c).await?
    });
    let down_to = floor.map_or(i64::MIN, |row| row.0);
    let rows: Vec<MessageRow> = on!(conn, |c| {
        let query = sqlx::query_as(sql::MESSAGE_FIND).bind(ws).bind(conversation).bind(before).bind(down_to);
        query.bind(limit).bind(direction).fetch_all(c).await?
    });
    Ok(ended(rows, limit, floor.map(|row| (row.0, String::new()))))
}
