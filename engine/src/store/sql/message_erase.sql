-- Nothing is left of what was said in a conversation, and by whom outside.  $1 workspace  $2 conversation
UPDATE message SET subject = NULL, body_text = '', full_text = '', body_html = NULL, attachments = '[]', external_id = NULL,
    reply_refs = '[]', author_name = CASE WHEN author_kind = 'contact' THEN NULL ELSE author_name END,
    from_address = CASE WHEN direction = 'inbound' THEN '' ELSE from_address END,
    to_address = CASE WHEN direction = 'outbound' THEN '' ELSE to_address END
WHERE workspace_id = $1 AND conversation_id = $2
