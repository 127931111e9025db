-- Nobody is at a conversation.  $1 workspace  $2 conversation
DELETE FROM presence WHERE workspace_id = $1 AND conversation_id = $2
