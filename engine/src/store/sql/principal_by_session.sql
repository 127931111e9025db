-- Whose session it is.  $1 SHA-256 of the token, hex  $2 now  $3 it must have been seen after
SELECT r.*, s.id AS credential_id, 'session' AS credential, CAST(NULL AS TEXT) AS cap, s.seen_at,
    '' AS networks, '' AS scopes
FROM session s JOIN rep r ON r.workspace_id = s.workspace_id AND r.id = s.rep_id
WHERE s.token_sha256 = $1 AND s.ends_at > $2 AND s.seen_at > $3 AND r.disabled_at IS NULL
