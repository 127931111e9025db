//! Conversations by any combination of filters, at a bounded cost.
//!
//! No index can serve every combination. So one index, that of the most selective filter, is walked for so many rows at
//! most ([`BUDGET`]), and those are looked at. A page may hold fewer rows than were asked for, even none, and still have
//! a next one: it begins where the walk ended.

use super::inbox::InboxRow;
use super::{Conn, StoreError, on};

/// Conversations that are looked at for one page, at most.
pub const BUDGET: i64 = 2_000;

/// Which conversations; each filter narrows. Absent ones filter nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Of this channel kind.
    pub channel: Option<&'a str>,
    /// `open`, `snoozed` or `closed`.
    pub status: Option<&'a str>,
    /// That this rep looks after.
    pub assignee: Option<&'a str>,
    /// That nobody looks after.
    pub unassigned: bool,
    /// With this contact.
    pub contact: Option<&'a str>,
    /// With this tag.
    pub tag: Option<&'a str>,
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
SELECT * FROM seen c WHERE ($7 = '' OR c.channel_kind = $7) AND ($8 = '' OR c.status = $8)
    AND ($9 = '' OR c.assignee_id = $9) AND ($10 = '' OR c.assignee_id IS NULL) AND ($11 = '' OR c.contact_id = $11)
    AND ($12 = '' OR EXISTS (SELECT 1 FROM conversation_tag g WHERE g.workspace_id = c.workspace_id
        AND g.conversation_id = c.id AND g.tag_id = $12))
    AND ($13 = '' OR EXISTS (SELECT 1 FROM unread u WHERE u.workspace_id = c.workspace_id AND u.rep_id = $5
        AND u.conversation_id = c.id))
    AND ($14 = '' OR c.requires_action)
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
        let is_aside = self.status.is_some_and(|status| status != "open");
        if self.contact.is_some() {
            (contact::PAGE, contact::END)
        } else if self.unread {
            (unread::PAGE, unread::END)
        } else if self.assignee.is_some() {
            (assigned::PAGE, assigned::END)
        } else if self.requires_action {
            (action::PAGE, action::END)
        } else if is_aside {
            (aside::PAGE, aside::END)
        } else if self.channel.is_some() {
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
                .bind(wanted.channel.unwrap_or_default())
                .bind(wanted.status.unwrap_or_default())
                .bind(wanted.assignee.unwrap_or_default())
                .bind(yes(wanted.unassigned))
                .bind(wanted.contact.unwrap_or_default())
                .bind(wanted.tag.unwrap_or_default())
                .bind(yes(wanted.unread))
                .bind(yes(wanted.requires_action))
        };
    }
    let rows: Vec<InboxRow> = on!(conn, |c| bound!(sqlx::query_as(page)).fetch_all(c).await?);
    if i64::try_from(rows.len()).is_ok_and(|found| found >= limit) {
        return Ok(Found { rows, walked_to: None });
    }
    let end: Option<End> = on!(conn, |c| bound!(sqlx::query_as(end)).fetch_optional(c).await?);
    // A walk that was shorter than it might have been has seen the last one.
    let walked_to = end.filter(|end| end.seen >= budget).map(|end| (end.last_activity_at, end.id));
    Ok(Found { rows, walked_to })
}
