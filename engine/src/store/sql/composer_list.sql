-- What somebody is writing, before a time and conversation, latest first.  $1 workspace  $2 rep  $3 and $4 before  $5 limit
SELECT conversation_id, subject, body_text, attachment_ids, version, updated_at FROM composer
WHERE workspace_id = $1 AND rep_id = $2 AND (updated_at, conversation_id) < ($3, $4)
ORDER BY updated_at DESC, conversation_id DESC LIMIT $5
