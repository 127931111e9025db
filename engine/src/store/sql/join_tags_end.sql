-- It has none.  $1 workspace  $2 conversation
DELETE FROM conversation_tag WHERE workspace_id = $1 AND conversation_id = $2
