-- What became of a conversation that is no more.  $1 workspace  $2 conversation
SELECT into_id, by_name, at FROM conversation_gone WHERE workspace_id = $1 AND conversation_id = $2
