-- Keep a text, if its version is the one that was seen.
-- $1 workspace  $2 rep  $3 conversation  $4 version  $5 subject  $6 text  $7 attachments  $8 now
UPDATE composer SET subject = $5, body_text = $6, attachment_ids = $7, version = version + 1, updated_at = $8
WHERE workspace_id = $1 AND rep_id = $2 AND conversation_id = $3 AND version = $4
