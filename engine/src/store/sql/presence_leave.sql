-- Somebody is at a conversation no more.  $1 workspace  $2 conversation  $3 rep
DELETE FROM presence WHERE workspace_id = $1 AND conversation_id = $2 AND rep_id = $3
