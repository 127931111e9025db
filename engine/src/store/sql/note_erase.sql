-- Nothing is left of what the team noted in a conversation.  $1 workspace  $2 conversation
UPDATE note SET body_text = '' WHERE workspace_id = $1 AND conversation_id = $2
