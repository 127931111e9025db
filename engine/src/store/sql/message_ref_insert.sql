-- Remember a message id; whoever used it first keeps it.  $1 workspace  $2 message id  $3 conversation  $4 message
INSERT INTO message_ref (workspace_id, external_id, conversation_id, message_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, external_id) DO NOTHING
