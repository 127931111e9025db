-- How many messages a rep has not seen.  $1 workspace  $2 rep  $3 conversation
SELECT messages FROM unread WHERE workspace_id = $1 AND rep_id = $2 AND conversation_id = $3
