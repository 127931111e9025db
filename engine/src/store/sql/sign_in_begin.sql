-- Somebody goes to the provider.  $1 SHA-256 of the state  $2 workspace  $3 SHA-256 of what the browser holds  $4 nonce
-- $5 verifier  $6 where to go then  $7 until
INSERT INTO sign_in_begun (state_sha256, workspace_id, browser_sha256, nonce, verifier, return_to, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
