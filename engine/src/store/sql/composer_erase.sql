-- Forget what anybody was writing in a conversation.  $1 workspace  $2 conversation
UPDATE composer SET subject = NULL, body_text = '', attachment_ids = '[]' WHERE workspace_id = $1
    AND rep_id IN (SELECT id FROM rep WHERE workspace_id = $1) AND conversation_id = $2
