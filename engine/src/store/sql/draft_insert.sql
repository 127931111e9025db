-- Add a draft.  $1 workspace  $2 id  $3 conversation  $4 message  $5 run  $6 author kind  $7 status  $8 subject
-- $9 body  $10 SHA-256  $11 source  $12 base revision  $13 now
INSERT INTO draft (workspace_id, id, conversation_id, message_id, run_id, author_kind, status, version, subject,
    body_text, content_sha256, source, base_revision, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, $12, $13, $13)
