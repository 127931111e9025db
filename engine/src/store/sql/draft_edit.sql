-- A new text for a draft.  $1 workspace  $2 id  $3 subject  $4 body  $5 SHA-256  $6 now
UPDATE draft SET version = version + 1, subject = $3, body_text = $4, content_sha256 = $5, updated_at = $6
WHERE workspace_id = $1 AND id = $2
