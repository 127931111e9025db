//! A full inbox, put into the store as it would be after a long time, without working on any of it: conversations over all
//! channels with five messages each, some unread, some that need a person, closed, snoozed, given to somebody, tagged, some
//! with a draft that waits, a reply that is held or under way, an AI that is paused or silent.

use std::time::{Duration, Instant};

use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::{Db, read};

use crate::{BenchError, store};

/// The tag that some have.
pub(crate) const TAG: &str = "tag_bench";
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
        "ws, 'con_' || id, 'Visitor ' || CAST(i AS TEXT), 'Company ' || CAST(i % 500 AS TEXT), i % 41 = 0, 3, at, 1",
        "s"
    ),
    seed!(
        "contact_address (workspace_id, kind, address, contact_id)",
        "ws, 'email', 'visitor' || CAST(i AS TEXT) || '@customer.example', 'con_' || id",
        "s"
    ),
    seed!(
        "conversation (workspace_id, id, channel_id, channel_kind, contact_id, subject, status, preview, revision, ai_turns, \
         human_active, requires_action, team, assignee_id, last_inbound_at, last_activity_at, created_at, version, last_author)",
        "ws, 'cnv_' || s.id, c.id, s.kind, 'con_' || s.id, 'Request ' || CAST(i AS TEXT), \
         CASE WHEN i % 3 = 0 THEN 'closed' WHEN i % 13 = 0 THEN 'snoozed' ELSE 'open' END, words, 5, 2, i % 29 = 0, i % 11 = 0, \
         CASE WHEN i % 6 = 0 THEN 'sales' WHEN i % 6 = 1 THEN 'inbox' END, CASE WHEN i % 5 = 0 THEN rep END, at, at, at, 7, 'contact'",
        "s CROSS JOIN channel c WHERE c.workspace_id = s.ws AND c.kind = s.kind"
    ),
    seed!(
        "message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, \
         author_name, from_address, to_address, body_text, full_text, attachments, external_id, reply_refs, language, \
         intent, status, occurred_at, created_at)",
        "ws, 'msg_' || id || CAST(turn AS TEXT), 'cnv_' || id, turn, CASE WHEN turn % 2 = 1 THEN 'inbound' ELSE 'outbound' END, \
         kind, 'message', FALSE, CASE WHEN turn % 2 = 1 THEN 'contact' ELSE 'ai_agent' END, 'Visitor', 'a@customer.example', \
         'b@acme.example', words, words, '[]', 'seed-' || id || CAST(turn AS TEXT), '[]', 'en', \
         CASE WHEN turn % 2 = 1 THEN CASE WHEN i % 3 = 0 THEN 'question' WHEN i % 3 = 1 THEN 'thanks' \
         WHEN i % 1000 = 2 THEN 'refund' ELSE 'objection' END END, CASE WHEN turn % 2 = 1 THEN 'received' ELSE 'sent' END, at, at",
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
    seed!(
        "run (workspace_id, id, message_id, conversation_id, seq, stage, version, attempt, approved, draft_id, decision_id, \
         epoch, created_at, updated_at)",
        "ws, 'run_' || id, 'msg_' || id || '5', 'cnv_' || id, 5, CASE WHEN i % 22 = 0 THEN 'waiting_approval' \
         WHEN i % 37 = 0 THEN 'held' WHEN i % 43 = 0 THEN 'received' ELSE 'sent' END, 3, 0, FALSE, \
         CASE WHEN i % 22 = 0 THEN 'dft_' || id END, CASE WHEN i % 22 = 0 THEN 'dec_' || id END, 0, at, at",
        "s"
    ),
    seed!(
        "draft (workspace_id, id, conversation_id, message_id, run_id, author_kind, status, version, body_text, \
         content_sha256, source, base_revision, created_at, updated_at)",
        "ws, 'dft_' || id, 'cnv_' || id, 'msg_' || id || '5', 'run_' || id, 'ai_agent', 'pending_approval', 1, words, id, \
         'template:answer', 5, at, at",
        "s WHERE i % 22 = 0"
    ),
    seed!(
        "decision (workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, \
         rule_file, rule_line, rule_column, record, took_us, decided_at)",
        "ws, 'dec_' || s.id, 'run_' || s.id, 'msg_' || s.id || '5', 'cnv_' || s.id, 'dft_' || s.id, 'draft', p.digest, \
         'approval', 'ask', 'default.remit', 1, 1, '{}', 10, at",
        "s CROSS JOIN policy_active p WHERE p.workspace_id = s.ws AND i % 22 = 0"
    ),
    seed!(
        "approval (workspace_id, id, run_id, conversation_id, draft_id, decision_id, state, expire_to, created_at)",
        "ws, 'apr_' || id, 'run_' || id, 'cnv_' || id, 'dft_' || id, 'dec_' || id, 'pending', 'approval', at",
        "s WHERE i % 22 = 0"
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

/// Sees to it that so many conversations are there; how long adding them took, if they were not.
pub(crate) async fn fill(db: &Db, conversations: usize, rep: &str, tag: &str) -> Result<Option<Duration>, BenchError> {
    let mut there = Vec::new();
    for number in [0, conversations - 1, conversations] {
        let mut reader = db.read().await?;
        there.push(read::conversation(&mut reader.conn(), DEFAULT_WORKSPACE, &conversation(number)).await?.is_some());
    }
    match there.as_slice() {
        [true, true, false] => return Ok(None),
        [false, false, false] => {}
        _ => {
            return Err(BenchError::Unexpected(
                "this store was made with another number, or not to its end".to_owned(),
            ));
        }
    }
    let begin = Instant::now();
    let all = i64::try_from(conversations).unwrap_or(i64::MAX);
    store::in_chunks(db, STATEMENTS, (all, CHUNK), [rep, tag]).await?;
    Ok(Some(begin.elapsed()))
}
