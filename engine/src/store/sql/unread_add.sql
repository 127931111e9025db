-- Unread for everybody.  $1 workspace  $2 conversation  $3 channel kind  $4 now
INSERT INTO unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)
SELECT r.workspace_id, r.id, CAST($2 AS TEXT), CAST($3 AS TEXT), 1, CAST($4 AS BIGINT) FROM rep r WHERE r.workspace_id = $1
ON CONFLICT (workspace_id, rep_id, conversation_id)
DO UPDATE SET messages = unread.messages + 1, last_activity_at = excluded.last_activity_at
