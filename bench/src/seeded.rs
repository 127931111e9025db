//! A full inbox, put into the store as it would be after a long time, without working on any of it: conversations over all
//! channels with five messages each, some unread, some that need a person, closed, snoozed, given to somebody, tagged.

use remit_engine::store::Db;

use crate::{BenchError, store};

/// Messages of a conversation.
pub(crate) const MESSAGES: usize = 5;
/// Conversations that one statement adds.
const CHUNK: i64 = 10_000;

/// Inserts rows for the numbers from `$1` to before `$2`. `$3` is the workspace, `$4` a rep, `$5` a tag.
macro_rules! seed {
    ($into:literal, $select:literal, $from:literal) => {
        concat!(
            "WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2), ",
            "s AS (SELECT CAST($3 AS TEXT) AS ws, CAST($4 AS TEXT) AS rep, CAST($5 AS TEXT) AS tag, i, ",
            "'00' || CAST(100000000000 + i AS TEXT) AS id, 1600000000000 + i * 1000 AS at, ",
            "CASE i % 5 WHEN 0 THEN 'email' WHEN 1 THEN 'sms' WHEN 2 THEN 'whatsapp' WHEN 3 THEN 'chat' ELSE 'voice' END ",
            "AS kind, 'Question ' || CAST(i AS TEXT) || ' about the invoice of last month and the opening hours' AS words ",
            "FROM n), t (turn) AS (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) ",
            "INSERT INTO ",
            $into,
            " SELECT ",
            $select,
            " FROM ",
            $from
        )
    };
}

const STATEMENTS: &[&str] = &[
    seed!(
        "contact (workspace_id, id, name, company, ai_paused, inbound_count, created_at, version)",
        "ws, 'con_' || id, 'Visitor ' || CAST(i AS TEXT), 'Company ' || CAST(i % 500 AS TEXT), FALSE, 3, at, 1",
        "s"
    ),
    seed!(
        "contact_address (workspace_id, kind, address, contact_id)",
        "ws, 'email', 'visitor' || CAST(i AS TEXT) || '@customer.example', 'con_' || id",
        "s"
    ),
    seed!(
        "conversation (workspace_id, id, channel_id, channel_kind, contact_id, subject, status, preview, revision, ai_turns, \
         human_active, requires_action, team, assignee_id, last_inbound_at, last_activity_at, created_at, version)",
        "ws, 'cnv_' || s.id, c.id, s.kind, 'con_' || s.id, 'Request ' || CAST(i AS TEXT), \
         CASE WHEN i % 3 = 0 THEN 'closed' WHEN i % 13 = 0 THEN 'snoozed' ELSE 'open' END, words, 5, 2, FALSE, i % 11 = 0, \
         CASE WHEN i % 6 = 0 THEN 'sales' WHEN i % 6 = 1 THEN 'inbox' END, CASE WHEN i % 5 = 0 THEN rep END, at, at, at, 7",
        "s CROSS JOIN channel c WHERE c.workspace_id = s.ws AND c.kind = s.kind"
    ),
    seed!(
        "message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, \
         author_name, from_address, to_address, body_text, full_text, attachments, external_id, reply_refs, language, \
         status, occurred_at, created_at)",
        "ws, 'msg_' || id || CAST(turn AS TEXT), 'cnv_' || id, turn, CASE WHEN turn % 2 = 1 THEN 'inbound' ELSE 'outbound' END, \
         kind, 'message', FALSE, CASE WHEN turn % 2 = 1 THEN 'contact' ELSE 'ai_agent' END, 'Visitor', 'a@customer.example', \
         'b@acme.example', words, words, '[]', 'seed-' || id || CAST(turn AS TEXT), '[]', 'en', \
         CASE WHEN turn % 2 = 1 THEN 'received' ELSE 'sent' END, at, at",
        "s CROSS JOIN t"
    ),
    seed!(
        "unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)",
        "ws, rep, 'cnv_' || id, kind, 1, at",
        "s WHERE i % 7 = 0"
    ),
    seed!(
        "requires_action (workspace_id, conversation_id, reason, since)",
        "ws, 'cnv_' || id, CASE WHEN i % 2 = 0 THEN 'approval_pending' ELSE 'escalation' END, at",
        "s WHERE i % 11 = 0"
    ),
    seed!(
        "conversation_tag (workspace_id, conversation_id, tag_id, added_at)",
        "ws, 'cnv_' || id, tag, at",
        "s WHERE i % 4 = 0"
    ),
];

/// The id of a conversation that is there.
pub(crate) fn conversation(number: usize) -> String {
    format!("cnv_00{}", 100_000_000_000_usize + number)
}

/// The id of its contact.
pub(crate) fn contact(number: usize) -> String {
    format!("con_00{}", 100_000_000_000_usize + number)
}

/// Adds so many conversations.
pub(crate) async fn fill(db: &Db, conversations: usize, rep: &str, tag: &str) -> Result<(), BenchError> {
    let all = i64::try_from(conversations).unwrap_or(i64::MAX);
    store::in_chunks(db, STATEMENTS, (all, CHUNK), [rep, tag]).await
}
