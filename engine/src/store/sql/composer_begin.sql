-- Begin a text, unless there is one.  $1 workspace  $2 rep  $3 conversation  $4 subject  $5 text  $6 attachments  $7 now
INSERT INTO composer (workspace_id, rep_id, conversation_id, subject, body_text, attachment_ids, version, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (workspace_id, rep_id, conversation_id) DO NOTHING
