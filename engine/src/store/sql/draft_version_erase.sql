-- Nor of what it was before.  $1 workspace  $2 conversation
UPDATE draft_version SET subject = NULL, body_text = '' WHERE workspace_id = $1 AND draft_id IN
    (SELECT id FROM draft WHERE workspace_id = $1 AND conversation_id = $2)
