-- Forget a text.  $1 workspace  $2 rep  $3 conversation
DELETE FROM composer WHERE workspace_id = $1 AND rep_id = $2 AND conversation_id = $3
