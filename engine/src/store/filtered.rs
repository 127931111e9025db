//! Conversations by any combination of filters, at a bounded cost.
//!
//! No index can serve every combination. So one index, that of the most selective filter, is walked for so many rows at
//! most ([`BUDGET`]), and those are looked at. A page may hold fewer rows than were asked for, even none, and still have
//! a next one: it begins where the walk ended.

use super::found::yes;
use super::inbox::InboxRow;
use super::rows::CountsRow;
use super::{Conn, StoreError, on};

/// Conversations that are looked at for one page, at most.
pub const BUDGET: i64 = 2_000;

/// Which conversations; each filter narrows. Absent and empty ones filter nothing. Those in the plural are lists with
/// commas between, of which one must match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Of these channel kinds.
    pub channels: &'a str,
    /// On this channel account.
    pub channel_id: Option<&'a str>,
    /// `open`, `snoozed` or `closed`.
    pub statuses: &'a str,
    /// That these reps look after.
    pub assignees: &'a str,
    /// That nobody looks after; with `assignees`, those too.
    pub unassigned: bool,
    /// That these teams look after, by their names.
    pub teams: &'a str,
    /// With this contact.
    pub contact: Option<&'a str>,
    /// With one of these tags.
    pub tags: &'a str,
    /// That need a person for one of these reasons.
    pub reasons: &'a str,
    /// In which something happened after this time, UTC milliseconds.
    pub after: Option<i64>,
    /// That the rep who asks has not seen.
    pub unread: bool,
    /// That need a person.
    pub requires_action: bool,
    /// Whose latest message from outside has one of these intents now.
    pub intents: &'a str,
    /// In which the AI is in one of these states: `paused` for the contact, `off` while a person writes, `held` by something
    /// that waits, `handling` a message, or `idle`.
    pub ai_states: &'a str,
    /// Until when pauses hold, UTC milliseconds: now.
    pub now: i64,
}

/// Which way a list is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Most recent activity first.
    Down,
    /// The longest ago first.
    Up,
}

/// A page, and where the walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was found, in the order of the walk.
    pub rows: Vec<InboxRow>,
    /// Where to go on, where the walk ended before the page was full: time and id.
    pub walked_to: Option<(i64, String)>,
}

#[derive(Debug, sqlx::FromRow)]
struct End {
    last_activity_at: i64,
    id: String,
    seen: i64,
}

macro_rules! seek {
    ($($constant:ident = $down:literal, $up:literal;)+) => {
        $(mod $constant {
            pub(super) const DOWN: super::Texts = super::Texts {
                page: concat!(seek!(@seen $down), ", page AS (SELECT * FROM seen c WHERE ", seek!(@filters),
                    " ORDER BY c.last_activity_at DESC, c.id DESC LIMIT $4)\n", tail!("$5")),
                end: concat!(seek!(@seen $down), ", page AS (SELECT * FROM seen c WHERE ", seek!(@filters),
                    " ORDER BY c.last_activity_at DESC, c.id DESC LIMIT $4)\n", seek!(@end), "c.last_activity_at, c.id LIMIT 1"),
                counts: concat!(seek!(@seen $down), seek!(@counts), seek!(@filters),
                    " GROUP BY c.channel_kind ORDER BY c.channel_kind LIMIT $4"),
            };
            pub(super) const UP: super::Texts = super::Texts {
                page: concat!(seek!(@seen $up), ", page AS (SELECT * FROM seen c WHERE ", seek!(@filters),
                    " ORDER BY c.last_activity_at, c.id LIMIT $4)\n", tail!("$5", "page.last_activity_at, page.id")),
                end: concat!(seek!(@seen $up), ", page AS (SELECT * FROM seen c WHERE ", seek!(@filters),
                    " ORDER BY c.last_activity_at, c.id LIMIT $4)\n", seek!(@end),
                    "c.last_activity_at DESC, c.id DESC LIMIT 1"),
                counts: "",
            };
        })+
        /// Name and text of every page; they run on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$(($down, $constant::DOWN.page), ($up, $constant::UP.page),)+];
        /// Name and text of how each walk ends and is counted; they run on both databases.
        pub const ENDS: &[(&str, &str)] = &[$(
            (concat!($down, "_end"), $constant::DOWN.end),
            (concat!($up, "_end"), $constant::UP.end),
            (concat!($down, "_counts"), $constant::DOWN.counts),
        )+];
    };
    (@seen $walk:literal) => {
        concat!("WITH seen AS (\n", include_str!(concat!("sql/", $walk, ".sql")), ")")
    };
    (@filters) => {
        "($7 = '' OR REPLACE(',' || $7 || ',', ',' || c.channel_kind || ',', '') <> ',' || $7 || ',')
    AND ($8 = '' OR REPLACE(',' || $8 || ',', ',' || c.status || ',', '') <> ',' || $8 || ',')
    AND (($9 = '' AND $10 = '') OR ($9 <> '' AND REPLACE(',' || $9 || ',', ',' || c.assignee_id || ',', '') <> ',' || $9 || ',')
        OR ($10 <> '' AND c.assignee_id IS NULL))
    AND ($11 = '' OR c.contact_id = $11)
    AND ($12 = '' OR EXISTS (SELECT 1 FROM conversation_tag g WHERE g.workspace_id = c.workspace_id
        AND g.conversation_id = c.id AND REPLACE(',' || $12 || ',', ',' || g.tag_id || ',', '') <> ',' || $12 || ','))
    AND ($13 = '' OR EXISTS (SELECT 1 FROM unread u WHERE u.workspace_id = c.workspace_id AND u.rep_id = $5
        AND u.conversation_id = c.id))
    AND ($14 = '' OR c.requires_action)
    AND ($15 = '' OR REPLACE(',' || $15 || ',', ',' || c.team || ',', '') <> ',' || $15 || ',')
    AND ($16 = '' OR c.channel_id = $16)
    AND ($17 = '' OR EXISTS (SELECT 1 FROM requires_action q WHERE q.workspace_id = c.workspace_id
        AND q.conversation_id = c.id AND REPLACE(',' || $17 || ',', ',' || q.reason || ',', '') <> ',' || $17 || ','))
    AND c.last_activity_at > $18
    AND ($19 = '' OR REPLACE(',' || $19 || ',', ',' || (SELECT m.intent FROM message m WHERE m.workspace_id = c.workspace_id
        AND m.conversation_id = c.id AND m.direction = 'inbound' ORDER BY m.seq DESC LIMIT 1) || ',', '') <> ',' || $19 || ',')
    AND ($20 = '' OR REPLACE(',' || $20 || ',', ',' || CASE
        WHEN EXISTS (SELECT 1 FROM contact k WHERE k.workspace_id = c.workspace_id AND k.id = c.contact_id AND k.ai_paused
            AND (k.ai_paused_until IS NULL OR k.ai_paused_until > $21)) THEN 'paused'
        WHEN c.human_active THEN 'off'
        WHEN EXISTS (SELECT 1 FROM run r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id
            AND r.stage NOT IN ('sent', 'failed', 'closed') AND r.author_kind = 'ai_agent'
            AND r.stage IN ('waiting_approval', 'held', 'scheduled')) THEN 'held'
        WHEN EXISTS (SELECT 1 FROM run r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id
            AND r.stage NOT IN ('sent', 'failed', 'closed') AND r.author_kind = 'ai_agent') THEN 'handling'
        ELSE 'idle' END || ',', '') <> ',' || $20 || ',')"
    };
    (@end) => {
        "SELECT c.last_activity_at, c.id, (SELECT COUNT(*) FROM seen c) AS seen FROM seen c
WHERE (SELECT COUNT(*) FROM page) >= 0 ORDER BY "
    };
    (@counts) => {
        "\nSELECT c.channel_kind AS kind, COUNT(*) AS conversations,
    CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM unread u WHERE u.workspace_id = c.workspace_id AND u.rep_id = $5
        AND u.conversation_id = c.id) THEN 1 ELSE 0 END) AS BIGINT) AS unread,
    CAST(SUM(CASE WHEN c.requires_action THEN 1 ELSE 0 END) AS BIGINT) AS requires_action
FROM seen c WHERE "
    };
}

/// The statements of one walk.
struct Texts {
    page: &'static str,
    end: &'static str,
    counts: &'static str,
}

seek! {
    all = "conversation_seek", "conversation_rise";
    channel = "conversation_seek_channel", "conversation_rise_channel";
    action = "conversation_seek_action", "conversation_rise_action";
    aside = "conversation_seek_aside", "conversation_rise_aside";
    assigned = "conversation_seek_assigned", "conversation_rise_assigned";
    contact = "conversation_seek_contact", "conversation_rise_contact";
    unread = "conversation_seek_unread", "conversation_rise_unread";
}

impl Wanted<'_> {
    /// The walk that meets the fewest rows in vain.
    fn statements(&self, way: Way) -> Texts {
        let one = |list: &str| !list.is_empty() && !list.contains(',');
        let is_aside = one(self.statuses) && self.statuses != "open";
        let (down, up) = if self.contact.is_some() {
            (contact::DOWN, contact::UP)
        } else if self.unread {
            (unread::DOWN, unread::UP)
        } else if one(self.assignees) && !self.unassigned {
            (assigned::DOWN, assigned::UP)
        } else if self.requires_action || !self.reasons.is_empty() {
            (action::DOWN, action::UP)
        } else if is_aside {
            (aside::DOWN, aside::UP)
        } else if one(self.channels) {
            (channel::DOWN, channel::UP)
        } else {
            (all::DOWN, all::UP)
        };
        match way {
            Way::Down => down,
            Way::Up => up,
        }
    }
}

/// Binds what every statement here takes.
macro_rules! bound {
    ($query:expr, $ws:expr, $rep:expr, $wanted:expr, ($at:expr, $id:expr), $limit:expr, $budget:expr) => {
        $query
            .bind($ws)
            .bind($at)
            .bind($id)
            .bind($limit)
            .bind($rep)
            .bind($budget)
            .bind($wanted.channels)
            .bind($wanted.statuses)
            .bind($wanted.assignees)
            .bind(yes($wanted.unassigned))
            .bind($wanted.contact.unwrap_or_default())
            .bind($wanted.tags)
            .bind(yes($wanted.unread))
            .bind(yes($wanted.requires_action))
            .bind($wanted.teams)
            .bind($wanted.channel_id.unwrap_or_default())
            .bind($wanted.reasons)
            .bind($wanted.after.unwrap_or(i64::MIN))
            .bind($wanted.intents)
            .bind($wanted.ai_states)
            .bind($wanted.now)
    };
}

/// Conversations beyond a time and id as `rep` sees them, `limit` at most. `budget` are looked at, [`BUDGET`] but in tests.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn page(
    conn: &mut Conn<'_>,
    ws: &str,
    rep: &str,
    wanted: &Wanted<'_>,
    way: Way,
    (at, id): (i64, &str),
    (limit, budget): (i64, i64),
) -> Result<Found, StoreError> {
    let texts = wanted.statements(way);
    let rows: Vec<InboxRow> = on!(conn, |c| {
        bound!(sqlx::query_as(texts.page), ws, rep, wanted, (at, id), limit, budget).fetch_all(c).await?
    });
    if i64::try_from(rows.len()).is_ok_and(|found| found >= limit) {
        return Ok(Found { rows, walked_to: None });
    }
    let end: Option<End> = on!(conn, |c| {
        bound!(sqlx::query_as(texts.end), ws, rep, wanted, (at, id), limit, budget).fetch_optional(c).await?
    });
    // A walk that was shorter than it might have been has seen the last one; so has one that came to what is too old.
    let goes_on = |end: &End| {
        let is_too_old = way == Way::Down && wanted.after.is_some_and(|after| end.last_activity_at <= after);
        end.seen >= budget && !is_too_old
    };
    Ok(Found { rows, walked_to: end.filter(goes_on).map(|end| (end.last_activity_at, end.id)) })
}

/// Channel kinds; a page of counts has a row for each at most.
const KINDS: i64 = 16;

/// For each channel kind how many conversations `rep` sees through the filters, among the latest `budget` of the walk; and
/// whether that was all of them.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn counts(
    conn: &mut Conn<'_>,
    ws: &str,
    rep: &str,
    wanted: &Wanted<'_>,
    budget: i64,
) -> Result<(Vec<CountsRow>, bool), StoreError> {
    let texts = wanted.statements(Way::Down);
    let first = (i64::MAX, "");
    let rows: Vec<CountsRow> = on!(conn, |c| {
        bound!(sqlx::query_as(texts.counts), ws, rep, wanted, (first.0, first.1), KINDS, budget).fetch_all(c).await?
    });
    let end: Option<End> = on!(conn, |c| {
        bound!(sqlx::query_as(texts.end), ws, rep, wanted, (first.0, first.1), 1_i64, budget).fetch_optional(c).await?
    });
    let is_all =
        end.is_none_or(|end| end.seen < budget || wanted.after.is_some_and(|after| end.last_activity_at <= after));
    Ok((rows, is_all))
}
