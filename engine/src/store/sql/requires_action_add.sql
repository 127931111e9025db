-- One more reason; the first time of a reason counts.  $1 workspace  $2 conversation  $3 reason  $4 now
INSERT INTO requires_action (workspace_id, conversation_id, reason, since) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, conversation_id, reason) DO NOTHING
