-- Who comes back.  $1 SHA-256 of the state  $2 now
SELECT workspace_id, browser_sha256, nonce, verifier, return_to FROM sign_in_begun WHERE state_sha256 = $1 AND ends_at > $2
