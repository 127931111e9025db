-- Who looks after a conversation.  $1 workspace  $2 conversation
SELECT assignee_id FROM conversation WHERE workspace_id = $1 AND id = $2
