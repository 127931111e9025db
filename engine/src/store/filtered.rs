//! Conversations by any combination of filters, at a bounded cost.
//!
//! No index can serve every combination. So one index, that of the most selective filter, is walked for so many rows at
//! most ([`BUDGET`]), slice by slice, and those are looked at; where that takes long, no further slice is begun
//! (`LONG`). A page may hold fewer rows than were asked for, even none, and still have a next one: it begins where the
//! walk ended. How far a slice reaches is looked up before it is read, so that no row is passed over that moves meanwhile.

use std::time::{Duration, Instant};

use super::found::yes;
use super::inbox::InboxRow;
use super::rows::CountsRow;
use super::{Conn, StoreError, on};

/// Conversations that are looked at for one page, at most.
pub const BUDGET: i64 = 2_000;
/// Conversations that are looked at first; each further slice is twice as long as the one before.
const SLICE: i64 = 250;
/// After this time a page that has a place to go on from ends, however few rows it has: whoever asks for what is rare while
/// much is asked for does not hold up the others.
const LONG: Duration = Duration::from_millis(2);
/// No id stands after this.
const PAST: &str = "~";

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
struct Place {
    last_activity_at: i64,
    id: String,
}

impl Place {
    fn ends(self) -> (i64, String) {
        (self.last_activity_at, self.id)
    }
}

macro_rules! seek {
    ($($constant:ident = $walk:literal, by $at:literal, $id:literal
        $(, within $lead:literal)? $(, passing $passing:literal)?;)+) => {
        $(mod $constant {
            pub(super) const DOWN: super::Texts = super::Texts {
                nth: concat!(seek!(@place $at, $id), seek!(@from $walk $(, $passing)?), " AND (", $at, ", ", $id,
                    ") < ($2, $3)\nORDER BY ", $at, " DESC, ", $id, " DESC LIMIT 1 OFFSET $4"),
                page: concat!("WITH page AS (SELECT c.*\n", seek!(@from $walk), seek!(@down $at, $id $(, $lead)?),
                    seek!(@filters), "\nORDER BY ", $($lead, " DESC, ",)? $at, " DESC, ", $id, " DESC LIMIT $4)\n",
                    tail!("$6")),
                counts: concat!("WITH page AS (SELECT c.*\n", seek!(@from $walk), seek!(@down $at, $id $(, $lead)?),
                    seek!(@filters), "\nORDER BY ", $($lead, " DESC, ",)? $at, " DESC, ", $id, " DESC LIMIT $4)\n",
                    seek!(@counts)),
            };
            pub(super) const UP: super::Texts = super::Texts {
                nth: concat!(seek!(@place $at, $id), seek!(@from $walk $(, $passing)?), " AND (", $at, ", ", $id,
                    ") > ($2, $3)\nORDER BY ", $at, ", ", $id, " LIMIT 1 OFFSET $4"),
                page: concat!("WITH page AS (SELECT c.*\n", seek!(@from $walk), seek!(@up $at, $id $(, $lead)?),
                    seek!(@filters), "\nORDER BY ", $($lead, ", ",)? $at, ", ", $id, " LIMIT $4)\n",
                    tail!("$6", "page.last_activity_at, page.id")),
                counts: "",
            };
        })+
        /// Name and text of every page; they run on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$(($walk, $constant::DOWN.page),)+];
        /// Name and text of the pages the other way round, of how far each slice reaches, and of how it is counted; they
        /// run on both databases.
        pub const OTHERS: &[(&str, &str)] = &[$(
            (concat!($walk, "_up"), $constant::UP.page),
            (concat!($walk, "_nth"), $constant::DOWN.nth),
            (concat!($walk, "_nth_up"), $constant::UP.nth),
            (concat!($walk, "_counts"), $constant::DOWN.counts),
        )+];
    };
    (@place $at:literal, $id:literal) => {
        concat!("SELECT ", $at, " AS last_activity_at, ", $id, " AS id\n")
    };
    (@from $walk:literal) => {
        include_str!(concat!("sql/", $walk, ".sql"))
    };
    (@from $walk:literal, $passing:literal) => {
        $passing
    };
    (@down $at:literal, $id:literal) => {
        concat!(" AND (", $at, ", ", $id, ") < ($2, $3) AND (", $at, ", ", $id, ") >= ($21, $22) AND ")
    };
    (@down $at:literal, $id:literal, $lead:literal) => {
        concat!(" AND (", $lead, ", ", $at, ", ", $id, ") < ($5, $2, $3) AND (", $lead, ", ", $at, ", ", $id,
            ") >= ($5, $21, $22) AND ")
    };
    (@up $at:literal, $id:literal) => {
        concat!(" AND (", $at, ", ", $id, ") > ($2, $3) AND (", $at, ", ", $id, ") <= ($21, $22) AND ")
    };
    (@up $at:literal, $id:literal, $lead:literal) => {
        concat!(" AND (", $lead, ", ", $at, ", ", $id, ") > ($5, $2, $3) AND (", $lead, ", ", $at, ", ", $id,
            ") <= ($5, $21, $22) AND ")
    };
    (@filters) => {
        "($7 = '' OR REPLACE(',' || $7 || ',', ',' || c.channel_kind || ',', '') <> ',' || $7 || ',')
    AND ($8 = '' OR REPLACE(',' || $8 || ',', ',' || c.status || ',', '') <> ',' || $8 || ',')
    AND (($9 = '' AND $10 = '') OR ($9 <> '' AND REPLACE(',' || $9 || ',', ',' || c.assignee_id || ',', '') <> ',' || $9 || ',')
        OR ($10 <> '' AND c.assignee_id IS NULL))
    AND ($11 = '' OR c.contact_id = $11)
    AND ($12 = '' OR EXISTS (SELECT 1 FROM conversation_tag g WHERE g.workspace_id = c.workspace_id
        AND g.conversation_id = c.id AND REPLACE(',' || $12 || ',', ',' || g.tag_id || ',', '') <> ',' || $12 || ','))
    AND ($13 = '' OR EXISTS (SELECT 1 FROM unread u WHERE u.workspace_id = c.workspace_id AND u.rep_id = $6
        AND u.conversation_id = c.id))
    AND ($14 = '' OR c.requires_action)
    AND ($15 = '' OR REPLACE(',' || $15 || ',', ',' || c.team || ',', '') <> ',' || $15 || ',')
    AND ($16 = '' OR c.channel_id = $16)
    AND ($17 = '' OR EXISTS (SELECT 1 FROM requires_action q WHERE q.workspace_id = c.workspace_id
        AND q.conversation_id = c.id AND REPLACE(',' || $17 || ',', ',' || q.reason || ',', '') <> ',' || $17 || ','))
    AND ($18 = '' OR REPLACE(',' || $18 || ',', ',' || (SELECT m.intent FROM message m WHERE m.workspace_id = c.workspace_id
        AND m.conversation_id = c.id AND m.direction = 'inbound' ORDER BY m.seq DESC LIMIT 1) || ',', '') <> ',' || $18 || ',')
    AND ($19 = '' OR REPLACE(',' || $19 || ',', ',' || CASE
        WHEN EXISTS (SELECT 1 FROM contact k WHERE k.workspace_id = c.workspace_id AND k.id = c.contact_id AND k.ai_paused
            AND (k.ai_paused_until IS NULL OR k.ai_paused_until > $20)) THEN 'paused'
        WHEN c.human_active THEN 'off'
        WHEN EXISTS (SELECT 1 FROM run r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id
            AND r.stage <> 'sent' AND r.stage <> 'failed' AND r.stage <> 'closed' AND r.author_kind = 'ai_agent'
            AND r.stage IN ('waiting_approval', 'held', 'scheduled')) THEN 'held'
        WHEN EXISTS (SELECT 1 FROM run r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id
            AND r.stage <> 'sent' AND r.stage <> 'failed' AND r.stage <> 'closed' AND r.author_kind = 'ai_agent') THEN 'handling'
        ELSE 'idle' END || ',', '') <> ',' || $19 || ',')"
    };
    (@counts) => {
        "SELECT c.channel_kind AS kind, COUNT(*) AS conversations,
    CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM unread u WHERE u.workspace_id = c.workspace_id AND u.rep_id = $6
        AND u.conversation_id = c.id) THEN 1 ELSE 0 END) AS BIGINT) AS unread,
    CAST(SUM(CASE WHEN c.requires_action THEN 1 ELSE 0 END) AS BIGINT) AS requires_action
FROM page c GROUP BY c.channel_kind ORDER BY c.channel_kind LIMIT 16"
    };
}

/// The statements of one walk.
#[derive(Debug, Clone, Copy)]
struct Texts {
    nth: &'static str,
    page: &'static str,
    counts: &'static str,
}

// Between two places of a channel SQLite would walk the order of all: so the channel is part of the places.
// What a contact has is looked at as a whole: there is no order to be walked, and `+ 0` keeps SQLite from walking that of all.
seek! {
    all = "conversation_seek", by "c.last_activity_at", "c.id";
    channel = "conversation_seek_channel", by "c.last_activity_at", "c.id", within "c.channel_kind",
        passing "FROM conversation c WHERE c.workspace_id = $1 AND c.channel_kind = $5";
    action = "conversation_seek_action", by "c.last_activity_at", "c.id";
    aside = "conversation_seek_aside", by "c.last_activity_at", "c.id";
    assigned = "conversation_seek_assigned", by "c.last_activity_at", "c.id";
    contact = "conversation_seek_contact", by "c.last_activity_at + 0", "c.id";
    unread = "conversation_seek_unread", by "u.last_activity_at", "u.conversation_id",
        passing "FROM unread u WHERE u.workspace_id = $1 AND u.rep_id = $5";
}

/// A walk: its statements, what it is by, and what is left to be looked at.
#[derive(Debug, Clone, Copy)]
struct Walk<'a> {
    texts: Texts,
    key: &'a str,
    left: Wanted<'a>,
}

impl<'a> Wanted<'a> {
    /// The earliest time at which something may have happened, UTC milliseconds.
    fn oldest(&self) -> i64 {
        self.after.map_or(i64::MIN, |after| after.saturating_add(1))
    }

    /// The walk that meets the fewest rows in vain.
    fn walk(&self, rep: &'a str, way: Way) -> Walk<'a> {
        let one = |list: &str| !list.is_empty() && !list.contains(',');
        let is_aside = one(self.statuses) && self.statuses != "open";
        let all = *self;
        let (down, up, key, left) = if let Some(whose) = self.contact {
            (contact::DOWN, contact::UP, whose, Self { contact: None, ..all })
        } else if self.unread {
            (unread::DOWN, unread::UP, rep, Self { unread: false, ..all })
        } else if one(self.assignees) && !self.unassigned {
            (assigned::DOWN, assigned::UP, self.assignees, Self { assignees: "", ..all })
        } else if self.requires_action || !self.reasons.is_empty() {
            (action::DOWN, action::UP, "", Self { requires_action: false, ..all })
        } else if is_aside {
            (aside::DOWN, aside::UP, self.statuses, Self { statuses: "", ..all })
        } else if one(self.channels) {
            (channel::DOWN, channel::UP, self.channels, Self { channels: "", ..all })
        } else {
            (all::DOWN, all::UP, "", all)
        };
        let texts = match way {
            Way::Down => down,
            Way::Up => up,
        };
        Walk { texts, key, left }
    }
}

/// Binds what the pages take.
macro_rules! bound {
    ($query:expr, $ws:expr, $rep:expr, $walk:expr, $from:expr, $until:expr, $limit:expr) => {
        $query
            .bind($ws)
            .bind($from.0)
            .bind($from.1)
            .bind($limit)
            .bind($walk.key)
            .bind($rep)
            .bind($walk.left.channels)
            .bind($walk.left.statuses)
            .bind($walk.left.assignees)
            .bind(yes($walk.left.unassigned))
            .bind($walk.left.contact.unwrap_or_default())
            .bind($walk.left.tags)
            .bind(yes($walk.left.unread))
            .bind(yes($walk.left.requires_action))
            .bind($walk.left.teams)
            .bind($walk.left.channel_id.unwrap_or_default())
            .bind($walk.left.reasons)
            .bind($walk.left.intents)
            .bind($walk.left.ai_states)
            .bind($walk.left.now)
            .bind($until.0)
            .bind($until.1)
    };
}

/// The place so many rows beyond another; none where the walk ends before.
async fn nth(
    conn: &mut Conn<'_>,
    ws: &str,
    walk: &Walk<'_>,
    (at, id): (i64, &str),
    rows: i64,
) -> Result<Option<(i64, String)>, StoreError> {
    let found: Option<Place> = on!(conn, |c| {
        let query = sqlx::query_as(walk.texts.nth).bind(ws).bind(at).bind(id).bind(rows - 1).bind(walk.key);
        query.fetch_optional(c).await?
    });
    Ok(found.map(Place::ends))
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
    let walk = wanted.walk(rep, way);
    let begun = Instant::now();
    let mut rows: Vec<InboxRow> = Vec::new();
    let mut from = (at, id.to_owned());
    if let Some(after) = wanted.after.filter(|after| way == Way::Up && at <= *after) {
        from = (after, PAST.to_owned());
    }
    let (mut left, mut slice) = (budget, SLICE);
    loop {
        let looked_at = slice.min(left);
        let end = nth(conn, ws, &walk, (from.0, &from.1), looked_at).await?;
        // What is too old ends the walk as well.
        let end = end.filter(|end| way == Way::Up || wanted.after.is_none_or(|after| end.0 > after));
        let until = match (&end, way) {
            (Some((at, id)), _) => (*at, id.as_str()),
            (None, Way::Down) => (wanted.oldest(), ""),
            (None, Way::Up) => (i64::MAX, PAST),
        };
        let room = limit.saturating_sub(i64::try_from(rows.len()).unwrap_or(limit));
        let found: Vec<InboxRow> = on!(conn, |c| {
            let from = (from.0, from.1.as_str());
            bound!(sqlx::query_as(walk.texts.page), ws, rep, walk, from, until, room).fetch_all(c).await?
        });
        let is_full = i64::try_from(found.len()).is_ok_and(|found| found >= room);
        rows.extend(found);
        let Some(end) = end.filter(|_| !is_full) else { return Ok(Found { rows, walked_to: None }) };
        (left, slice) = (left - looked_at, slice * 2);
        if left <= 0 || begun.elapsed() > LONG {
            return Ok(Found { rows, walked_to: Some(end) });
        }
        from = end;
    }
}

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
    let walk = wanted.walk(rep, Way::Down);
    let first = (i64::MAX, PAST);
    let end = nth(conn, ws, &walk, first, budget).await?;
    let end = end.filter(|end| wanted.after.is_none_or(|after| end.0 > after));
    let until = end.as_ref().map_or((wanted.oldest(), ""), |(at, id)| (*at, id.as_str()));
    let rows: Vec<CountsRow> = on!(conn, |c| {
        bound!(sqlx::query_as(walk.texts.counts), ws, rep, walk, first, until, budget).fetch_all(c).await?
    });
    Ok((rows, end.is_none()))
}
