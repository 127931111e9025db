-- Somebody is at a conversation until a time.  $1 workspace  $2 conversation  $3 rep  $4 doing  $5 until
INSERT INTO presence (workspace_id, conversation_id, rep_id, doing, until_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, conversation_id, rep_id) DO UPDATE SET doing = excluded.doing, until_at = excluded.until_at
