-- Differs because SQLite's writer takes the rows of a set one by one.
-- Unread for everybody.
-- In: workspace_id, conversation_id, channel_kind, now
INSERT OR FAIL INTO unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)
SELECT r.workspace_id, r.id, ?2, ?3, 1, ?4
FROM rep r WHERE r.workspace_id = ?1
ON CONFLICT (workspace_id, conversation_id, rep_id)
DO UPDATE SET messages = unread.messages + 1, last_activity_at = excluded.last_activity_at
