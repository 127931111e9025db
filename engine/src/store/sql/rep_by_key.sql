-- Who holds a key.  $1 SHA-256 of the key, hex
SELECT r.* FROM api_key k JOIN rep r ON r.workspace_id = k.workspace_id AND r.id = k.rep_id
WHERE k.key_sha256 = $1 AND k.revoked_at IS NULL
