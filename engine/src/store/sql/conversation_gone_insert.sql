-- A conversation is no more.  $1 workspace  $2 conversation  $3 into  $4 by whom  $5 now
INSERT INTO conversation_gone (workspace_id, conversation_id, into_id, by_name, at) VALUES ($1, $2, $3, $4, $5)
