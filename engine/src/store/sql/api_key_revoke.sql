-- End a key.  $1 workspace  $2 id  $3 now
UPDATE api_key SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL
