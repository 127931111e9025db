-- One reason less.  $1 workspace  $2 conversation  $3 reason
DELETE FROM requires_action WHERE workspace_id = $1 AND conversation_id = $2 AND reason = $3
