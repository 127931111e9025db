-- Every text a draft has had; a draft has few.  $1 workspace  $2 draft
SELECT version, author, subject, body_text, content_sha256, created_at FROM draft_version
WHERE workspace_id = $1 AND draft_id = $2 ORDER BY version
