-- Nothing is left of what was to be said in a conversation.  $1 workspace  $2 conversation
UPDATE draft SET subject = NULL, body_text = '', attachments = '[]' WHERE workspace_id = $1 AND conversation_id = $2
