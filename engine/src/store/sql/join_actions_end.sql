-- It does no more.  $1 workspace  $2 conversation
DELETE FROM requires_action WHERE workspace_id = $1 AND conversation_id = $2
