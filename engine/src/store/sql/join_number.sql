-- And as they are numbered.  $1 workspace  $2 conversation
UPDATE message SET seq = seq - 1000000000 WHERE workspace_id = $1 AND conversation_id = $2 AND seq > 1000000000
