-- Differs because SQLite takes a set as JSON: one array a row.
-- Unread for everybody.
-- In: workspace_id, conversation_id, channel_kind, now
INSERT OR FAIL INTO unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)
SELECT r.workspace_id, r.id, j.value ->> 1, j.value ->> 2, 1, j.value ->> 3
FROM jsonb_each(?) AS j
CROSS JOIN rep r WHERE r.workspace_id = j.value ->> 0
ON CONFLICT (workspace_id, conversation_id, rep_id)
DO UPDATE SET messages = unread.messages + 1, last_activity_at = excluded.last_activity_at
