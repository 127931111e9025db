-- What somebody does at a conversation.  $1 workspace  $2 conversation  $3 rep
SELECT doing, until_at FROM presence WHERE workspace_id = $1 AND conversation_id = $2 AND rep_id = $3
