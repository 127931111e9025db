-- Whether something is under way in a conversation.  $1 workspace  $2 conversation
SELECT id FROM run WHERE workspace_id = $1 AND conversation_id = $2 AND stage <> 'sent' AND stage <> 'failed' AND stage <> 'closed' LIMIT 1
