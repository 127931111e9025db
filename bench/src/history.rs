//! Old messages: put into the store as the pipeline would have left them, without working on any. The store must hold a
//! message already, whose raw bytes they share.

use std::time::Instant;

use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::{Db, read};

use crate::{BenchError, store};

/// Pairs of a message and its reply that one statement adds.
const CHUNK: i64 = 20_000;

/// Inserts a row for each of the numbers from `$1` to before `$2` for which `$only` holds. `$3` is the workspace, `$4`
/// the channel, `$5` the policy. Ids sort before those of today; ten messages and their replies make a conversation.
macro_rules! of_numbers {
    ($into:literal, $select:literal, $only:literal) => {
        concat!(
            "WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2), \
             s AS (SELECT CAST($3 AS TEXT) AS ws, CAST($4 AS TEXT) AS channel, CAST($5 AS TEXT) AS digest, i, \
             '00' || CAST(100000000000 + i AS TEXT) AS id, '00' || CAST(100000000000 + i / 10 AS TEXT) AS thread, \
             1600000000000 + i AS at, i % 10 AS turn, CAST((i * 2654435761) % 4294967296 AS TEXT) AS mixed, \
             'Thank you so much, that worked! We had been looking for it since last week.' AS words FROM n) \
             INSERT INTO ",
            $into,
            " SELECT ",
            $select,
            " FROM s WHERE ",
            $only
        )
    };
}

const STATEMENTS: &[&str] = &[
    of_numbers!(
        "contact (workspace_id, id, name, ai_paused, inbound_count, created_at, version)",
        "ws, 'con_' || thread, 'Old visitor', FALSE, 10, at, 1",
        "turn = 0"
    ),
    of_numbers!(
        "contact_address (workspace_id, kind, address, contact_id)",
        "ws, 'chat', 'old-' || thread, 'con_' || thread",
        "turn = 0"
    ),
    of_numbers!(
        "conversation (workspace_id, id, channel_id, channel_kind, contact_id, status, preview, revision, ai_turns, \
         human_active, requires_action, last_inbound_at, last_activity_at, created_at, version)",
        "ws, 'cnv_' || thread, channel, 'chat', 'con_' || thread, 'open', words, 20, 10, FALSE, FALSE, at, at, at, 41",
        "turn = 0"
    ),
    of_numbers!(
        "raw_event (workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id, received_at)",
        "ws, 'raw_' || id, channel, mixed, 'application/json', 'history', (SELECT e.bytes FROM raw_event e LIMIT 1), '[]', 'msg_' || id || 'a', at",
        "i >= 0"
    ),
    of_numbers!(
        "message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, \
         author_name, from_address, to_address, body_text, full_text, attachments, external_id, reply_refs, language, \
         status, raw_event_id, draft_id, occurred_at, created_at)",
        "ws, 'msg_' || id || 'a', 'cnv_' || thread, turn * 2 + 1, 'inbound', 'chat', 'message', FALSE, 'contact', \
         'Old visitor', 'old-' || thread, 'chat@acme.example', words, words, '[]', 'old-' || mixed, '[]', 'en', \
         'received', 'raw_' || id, NULL, at, at",
        "i >= 0"
    ),
    of_numbers!(
        "message (workspace_id, id, conversation_id, seq, direction, channel_kind, kind, automated, author_kind, \
         author_name, from_address, to_address, body_text, full_text, attachments, external_id, reply_refs, language, \
         status, raw_event_id, draft_id, occurred_at, created_at)",
        "ws, 'msg_' || id || 'b', 'cnv_' || thread, turn * 2 + 2, 'outbound', 'chat', 'message', FALSE, 'ai_agent', \
         'ada', 'chat@acme.example', 'old-' || thread, words, words, '[]', 'sent-' || id, '[]', NULL, \
         'sent', NULL, 'drf_' || id, at, at",
        "i >= 0"
    ),
    of_numbers!(
        "message_ref (workspace_id, external_id, conversation_id, message_id)",
        "ws, 'old-' || mixed, 'cnv_' || thread, 'msg_' || id || 'a'",
        "i >= 0"
    ),
    of_numbers!(
        "message_ref (workspace_id, external_id, conversation_id, message_id)",
        "ws, 'sent-' || id, 'cnv_' || thread, 'msg_' || id || 'b'",
        "i >= 0"
    ),
    of_numbers!(
        "run (workspace_id, id, message_id, conversation_id, seq, stage, version, attempt, approved, draft_id, \
         decision_id, epoch, created_at, updated_at)",
        "ws, 'run_' || id, 'msg_' || id || 'a', 'cnv_' || thread, turn * 2 + 1, 'sent', 4, 0, FALSE, 'drf_' || id, \
         'dec_' || id, 0, at, at",
        "i >= 0"
    ),
    of_numbers!(
        "step (workspace_id, run_id, step, revision, output, at)",
        "ws, 'run_' || id, 'classify', 1, '{\"intent\":\"thanks\",\"confidence\":0.9}', at",
        "i >= 0"
    ),
    of_numbers!(
        "draft (workspace_id, id, conversation_id, message_id, run_id, author_kind, status, version, body_text, \
         content_sha256, source, base_revision, created_at, updated_at)",
        "ws, 'drf_' || id, 'cnv_' || thread, 'msg_' || id || 'a', 'run_' || id, 'ai_agent', 'sent', 1, words, mixed, \
         'template:thanks', turn * 2 + 1, at, at",
        "i >= 0"
    ),
    of_numbers!(
        "draft_version (workspace_id, draft_id, version, author, body_text, content_sha256, created_at)",
        "ws, 'drf_' || id, 1, 'ai_agent', words, mixed, at",
        "i >= 0"
    ),
    of_numbers!(
        "decision (workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, \
         rule_file, rule_line, rule_column, record, took_us, decided_at)",
        "ws, 'dec_' || id, 'run_' || id, 'msg_' || id || 'a', 'cnv_' || thread, 'drf_' || id, 'draft', digest, 'send', \
         'reply', 'default.remit', 1, 1, '{}', 10, at",
        "i >= 0"
    ),
    of_numbers!(
        "effect (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, state, payload, automatic, \
         attempt, created_at, updated_at)",
        "ws, 'eff_' || id, 'run_' || id, 'cnv_' || thread, 'msg_' || id || 'b', 'key-' || mixed, 'sent', '{}', TRUE, 1, at, at",
        "i >= 0"
    ),
    of_numbers!(
        "timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, summary, refers_to, data, at)",
        "ws, 'tml_' || id || '0', 'cnv_' || thread, 'con_' || thread, 'message_received', 'contact', words, 'msg_' || id || 'a', \
         'null', at",
        "i >= 0"
    ),
    of_numbers!(
        "timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, summary, refers_to, data, at)",
        "ws, 'tml_' || id || '1', 'cnv_' || thread, 'con_' || thread, 'classified', 'ai_agent', words, 'msg_' || id || 'a', \
         'null', at",
        "i >= 0"
    ),
    of_numbers!(
        "timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, summary, refers_to, data, at)",
        "ws, 'tml_' || id || '2', 'cnv_' || thread, 'con_' || thread, 'drafted', 'ai_agent', words, 'msg_' || id || 'a', \
         'null', at",
        "i >= 0"
    ),
    of_numbers!(
        "timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, summary, refers_to, data, at)",
        "ws, 'tml_' || id || '3', 'cnv_' || thread, 'con_' || thread, 'decided', 'ai_agent', words, 'msg_' || id || 'a', \
         'null', at",
        "i >= 0"
    ),
    of_numbers!(
        "timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, summary, refers_to, data, at)",
        "ws, 'tml_' || id || '4', 'cnv_' || thread, 'con_' || thread, 'message_sent', 'ai_agent', words, 'msg_' || id || 'a', \
         'null', at",
        "i >= 0"
    ),
];

/// Adds `messages` old ones, every second of them a reply. Gives how long that took in seconds.
pub(crate) async fn load(db: &Db, messages: usize) -> Result<f64, BenchError> {
    let begin = Instant::now();
    let mut reader = db.read().await?;
    let channel = read::channel_first_of_kind(&mut reader.conn(), DEFAULT_WORKSPACE, "chat").await?;
    let policy = read::policy_active(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
    drop(reader);
    let (Some(channel), Some(policy)) = (channel, policy) else {
        return Err(BenchError::Unexpected("the store has no channel or no policy".to_owned()));
    };
    let pairs = i64::try_from(messages.div_ceil(2)).unwrap_or(i64::MAX);
    store::in_chunks(db, STATEMENTS, (pairs, CHUNK), [&channel.id, &policy.digest]).await?;
    Ok(begin.elapsed().as_secs_f64())
}
