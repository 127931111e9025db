-- Keep a draft's text.  $1 workspace  $2 draft  $3 version  $4 author  $5 subject  $6 body  $7 SHA-256  $8 now
INSERT INTO draft_version (workspace_id, draft_id, version, author, subject, body_text, content_sha256, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
