-- A link that is still good.  $1 SHA-256 of the token, hex  $2 kind  $3 now
SELECT workspace_id, id, rep_id FROM access_link
WHERE token_sha256 = $1 AND kind = $2 AND used_at IS NULL AND ends_at > $3
