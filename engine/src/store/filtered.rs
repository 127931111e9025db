//! Conversations by any combination of filters, at a bounded cost.
//!
//! No index can serve every combination. So one index, that of the most selective filter, is walked for so many rows at
//! most ([`BUDGET`]), and those are looked at. A page may hold fewer rows than were asked for, even none, and still have
//! a next one: it begins where the walk ended.

use super::inbox::InboxRow;
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
}

/// A page, and where the walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was found, most recent activity first.
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
    ($($constant:ident = $walk:literal;)+) => {
        $(mod $constant {
            pub(super) const PAGE: &str = concat!(seek!(@chosen $walk), seek!(@page));
            pub(super) const END: &str = concat!(seek!(@chosen $walk), seek!(@end));
        })+
        /// Name and text of every page; they run on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$(($walk, $constant::PAGE),)+];
        /// Name and text of how each walk ends; they run on both databases.
        pub const ENDS: &[(&str, &str)] = &[$((concat!($walk, "_end"), $constant::END),)+];
    };
    (@chosen $walk:literal) => {
        concat!("WITH seen AS (\n", include_str!(concat!("sql/", $walk, ".sql")), "), page AS (
SELECT * FROM seen c WHERE ($7 = '' OR REPLACE(',' || $7 || ',', ',' || c.channel_kind || ',', '') <> ',' || $7 || ',')
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
ORDER BY c.last_activity_at DESC, c.id DESC LIMIT $4)\n")
    };
    (@page) => { tail!("$5") };
    (@end) => {
        "SELECT c.last_activity_at, c.id, (SELECT COUNT(*) FROM seen c) AS seen FROM seen c
WHERE (SELECT COUNT(*) FROM page) >= 0 ORDER BY c.last_activity_at, c.id LIMIT 1"
    };
}

seek! {
    all = "conversation_seek";
    channel = "conversation_seek_channel";
    action = "conversation_seek_action";
    aside = "conversation_seek_aside";
    assigned = "conversation_seek_assigned";
    contact = "conversation_seek_contact";
    unread = "conversation_seek_unread";
}

impl Wanted<'_> {
    /// The walk that meets the fewest rows in vain, and how it ends.
    fn statements(&self) -> (&'static str, &'static str) {
        let one = |list: &str| !list.is_empty() && !list.contains(',');
        let is_aside = one(self.statuses) && self.statuses != "open";
        if self.contact.is_some() {
            (contact::PAGE, contact::END)
        } else if self.unread {
            (unread::PAGE, unread::END)
        } else if one(self.assignees) && !self.unassigned {
            (assigned::PAGE, assigned::END)
        } else if self.requires_action || !self.reasons.is_empty() {
            (action::PAGE, action::END)
        } else if is_aside {
            (aside::PAGE, aside::END)
        } else if one(self.channels) {
            (channel::PAGE, channel::END)
        } else {
            (all::PAGE, all::END)
        }
    }
}

/// Conversations before a time and id as `rep` sees them, `limit` at most. `budget` are looked at, [`BUDGET`] but in tests.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn page(
    conn: &mut Conn<'_>,
    ws: &str,
    rep: &str,
    wanted: &Wanted<'_>,
    (before, before_id): (i64, &str),
    limit: i64,
    budget: i64,
) -> Result<Found, StoreError> {
    let (page, end) = wanted.statements();
    let yes = |flag: bool| if flag { "yes" } else { "" };
    macro_rules! bound {
        ($query:expr) => {
            $query
                .bind(ws)
                .bind(before)
                .bind(before_id)
                .bind(limit)
                .bind(rep)
                .bind(budget)
                .bind(wanted.channels)
                .bind(wanted.statuses)
                .bind(wanted.assignees)
                .bind(yes(wanted.unassigned))
                .bind(wanted.contact.unwrap_or_default())
                .bind(wanted.tags)
                .bind(yes(wanted.unread))
                .bind(yes(wanted.requires_action))
                .bind(wanted.teams)
                .bind(wanted.channel_id.unwrap_or_default())
                .bind(wanted.reasons)
                .bind(wanted.after.unwrap_or(i64::MIN))
        };
    }
    let rows: Vec<InboxRow> = on!(conn, |c| bound!(sqlx::query_as(page)).fetch_all(c).await?);
    if i64::try_from(rows.len()).is_ok_and(|found| found >= limit) {
        return Ok(Found { rows, walked_to: None });
    }
    let end: Option<End> = on!(conn, |c| bound!(sqlx::query_as(end)).fetch_optional(c).await?);
    // A walk that was shorter than it might have been has seen the last one; so has one that came to what is too old.
    let walked_to = end
        .filter(|end| end.seen >= budget && wanted.after.is_none_or(|after| end.last_activity_at > after))
        .map(|end| (end.last_activity_at, end.id));
    Ok(Found { rows, walked_to })
}
