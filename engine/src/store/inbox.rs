//! Conversations as a list shows them: each with its contact, its reasons and what one rep has not seen, in one
//! statement. Each is a list statement of `sql/` with the same tail, so that paging and filters are written once.

use sqlx::FromRow;

use super::read::{ConversationFilter, Only};
use super::rows::ConversationRow;
use super::{Conn, StoreError, on};

/// A conversation and what a list shows beside it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct InboxRow {
    /// The conversation.
    #[sqlx(flatten)]
    pub conversation: ConversationRow,
    /// Name of its contact.
    pub contact_name: Option<String>,
    /// Company of its contact.
    pub contact_company: Option<String>,
    /// Whether somebody paused the AI for the contact; see `ai_paused_until`.
    pub ai_paused: bool,
    /// Why.
    pub ai_pause_reason: Option<String>,
    /// Until when, UTC milliseconds; for good when absent.
    pub ai_paused_until: Option<i64>,
    /// A mail address of the contact, and a phone number, with the end of a line between; empty where there is none.
    pub contact_addresses: String,
    /// Why it needs a person: words with commas between them, the oldest first.
    pub reasons: Option<String>,
    /// Messages that the rep has not seen.
    pub unread: i64,
    /// The rep who looks after it.
    pub assignee_id: Option<String>,
    /// Their name.
    pub assignee_name: Option<String>,
    /// Its tags: `<id>:<name>` with commas between, in any order.
    pub tags: Option<String>,
    /// Where the AI's work on it is parked: `waiting_approval`, `scheduled` or `held`; empty while it works, absent when it
    /// does nothing.
    pub ai_stage: Option<String>,
    /// Who said the latest of it: `contact`, `ai_agent`, `rep` or `system`.
    pub last_author: Option<String>,
}

/// What a list shows beside the conversations of `page`. Its parameter is the rep's.
// Each lookup is paid for every row of every page: what can be seen to be absent is not looked for. The kind of address is
// asked for inside MIN: as a condition it tempts SQLite into walking every address in order.
macro_rules! tail {
    ($rep:literal) => {
        tail!($rep, "page.last_activity_at DESC, page.id DESC")
    };
    ($rep:literal, $order:literal) => {
        concat!("\
SELECT page.*, k.name AS contact_name, k.company AS contact_company, k.ai_paused, k.ai_pause_reason, k.ai_paused_until,
    (SELECT COALESCE(MIN(CASE WHEN a.kind = 'email' THEN a.address END), '') || '\n'
        || COALESCE(MIN(CASE WHEN a.kind = 'phone' THEN a.address END), '') FROM contact_address a
        WHERE a.workspace_id = k.workspace_id AND a.contact_id = k.id) AS contact_addresses,
    CASE WHEN page.requires_action THEN (SELECT string_agg(q.reason, ',' ORDER BY q.since, q.reason) FROM requires_action q
        WHERE q.workspace_id = page.workspace_id AND q.conversation_id = page.id) END AS reasons,
    COALESCE((SELECT u.messages FROM unread u WHERE u.workspace_id = page.workspace_id AND u.rep_id = ", $rep, "
        AND u.conversation_id = page.id), 0) AS unread,
    CASE WHEN page.assignee_id IS NOT NULL THEN (SELECT r.name FROM rep r
        WHERE r.workspace_id = page.workspace_id AND r.id = page.assignee_id) END AS assignee_name,
    (SELECT string_agg(t.id || ':' || t.name, ',')
        FROM conversation_tag g CROSS JOIN tag t WHERE t.workspace_id = g.workspace_id AND t.id = g.tag_id
        AND g.workspace_id = page.workspace_id AND g.conversation_id = page.id) AS tags,
    (SELECT MAX(CASE WHEN r.stage IN ('waiting_approval', 'held', 'scheduled') THEN r.stage ELSE '' END) FROM run r
        WHERE r.workspace_id = page.workspace_id AND r.conversation_id = page.id
        AND r.stage <> 'sent' AND r.stage <> 'failed' AND r.stage <> 'closed' AND r.author_kind = 'ai_agent') AS ai_stage
FROM page CROSS JOIN contact k WHERE k.workspace_id = page.workspace_id AND k.id = page.contact_id
ORDER BY ", $order)
    };
}

macro_rules! inbox {
    ($($constant:ident = $page:literal, rep $rep:literal;)+) => {
        $(const $constant: &str = concat!(
            "WITH page AS (\n", include_str!(concat!("sql/", $page, ".sql")), ")\n", tail!($rep)
        );)+

        /// Name and text of every statement here; they run on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$((concat!("inbox/", $page), $constant),)+];
    };
}

inbox! {
    ONE = "conversation_get", rep "$3";
    ALL = "conversation_list", rep "$5";
    ACTION = "conversation_list_action", rep "$5";
    UNREAD = "conversation_list_unread", rep "$5";
    CHANNEL = "conversation_list_channel", rep "$6";
    ACTION_CHANNEL = "conversation_list_action_channel", rep "$6";
    UNREAD_CHANNEL = "conversation_list_unread_channel", rep "$5";
}

/// One conversation as `rep` sees it.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(conn: &mut Conn<'_>, ws: &str, id: &str, rep: &str) -> Result<Option<InboxRow>, StoreError> {
    Ok(on!(conn, |c| sqlx::query_as(ONE).bind(ws).bind(id).bind(rep).fetch_optional(c).await?))
}

/// Conversations before a time and id as `rep` sees them, most recent activity first. Only what a rep has not seen is asked for with that rep as `rep`.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn page(
    conn: &mut Conn<'_>,
    ws: &str,
    rep: &str,
    filter: ConversationFilter<'_>,
    (before, before_id): (i64, &str),
    limit: i64,
) -> Result<Vec<InboxRow>, StoreError> {
    let text = match (filter.only, filter.channel.is_some()) {
        (Only::All, false) => ALL,
        (Only::All, true) => CHANNEL,
        (Only::RequiresAction, false) => ACTION,
        (Only::RequiresAction, true) => ACTION_CHANNEL,
        (Only::UnreadBy(_), false) => UNREAD,
        (Only::UnreadBy(_), true) => UNREAD_CHANNEL,
    };
    Ok(on!(conn, |c| {
        let query = sqlx::query_as(text).bind(ws).bind(before).bind(before_id).bind(limit);
        // Unread lists have the rep in fifth place, before the channel; the others after it.
        let query = match (filter.only, filter.channel) {
            (Only::UnreadBy(reader), Some(channel)) => query.bind(reader).bind(channel),
            (Only::UnreadBy(reader), None) => query.bind(reader),
            (_, Some(channel)) => query.bind(channel).bind(rep),
            (_, None) => query.bind(rep),
        };
        query.fetch_all(c).await?
    }))
}
