-- Who holds a key, and what the key may do.  $1 SHA-256 of the key, hex  $2 now
SELECT r.*, k.id AS credential_id, k.kind AS credential, k.role AS cap, COALESCE(k.seen_at, 0) AS seen_at,
    k.networks, k.scopes
FROM api_key k JOIN rep r ON r.workspace_id = k.workspace_id AND r.id = k.rep_id
WHERE k.key_sha256 = $1 AND k.revoked_at IS NULL AND (k.ends_at IS NULL OR k.ends_at > $2) AND r.disabled_at IS NULL
