-- This rep wants to see it again.  $1 workspace  $2 rep  $3 conversation
INSERT INTO unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)
SELECT c.workspace_id, CAST($2 AS TEXT), c.id, c.channel_kind, 1, c.last_activity_at FROM conversation c
WHERE c.workspace_id = $1 AND c.id = $3
ON CONFLICT (workspace_id, conversation_id, rep_id) DO NOTHING
