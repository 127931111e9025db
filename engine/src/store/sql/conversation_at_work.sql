-- Whether something is under way in a conversation.  $1 workspace  $2 conversation
SELECT id FROM run WHERE workspace_id = $1 AND conversation_id = $2 AND stage NOT IN ('sent', 'failed', 'closed') LIMIT 1
