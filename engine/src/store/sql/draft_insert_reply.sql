-- Add what a rep wrote.  $1 workspace  $2 id  $3 conversation  $4 message  $5 run  $6 rep  $7 name  $8 status  $9 subject
-- $10 body  $11 SHA-256  $12 source  $13 base revision  $14 now
-- $15 attachments
INSERT INTO draft (workspace_id, id, conversation_id, message_id, run_id, author_kind, author_id, author_name, status,
    version, subject, body_text, content_sha256, source, base_revision, created_at, updated_at,
    attachments)
VALUES ($1, $2, $3, $4, $5, 'rep', $6, $7, $8, 1, $9, $10, $11, $12, $13, $14, $14, $15)
