-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Unread for everybody.
-- In: workspace_id, conversation_id, channel_kind, now
INSERT INTO unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)
SELECT r.workspace_id, r.id, j.conversation_id, j.channel_kind, 1, j.now
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS j (workspace_id, conversation_id, channel_kind, now)
CROSS JOIN rep r WHERE r.workspace_id = j.workspace_id
ON CONFLICT (workspace_id, conversation_id, rep_id)
DO UPDATE SET messages = unread.messages + 1, last_activity_at = excluded.last_activity_at
