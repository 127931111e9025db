-- What somebody is writing in a conversation.  $1 workspace  $2 rep  $3 conversation
SELECT conversation_id, subject, body_text, attachment_ids, version, updated_at FROM composer
WHERE workspace_id = $1 AND rep_id = $2 AND conversation_id = $3
