-- It is good once.  $1 SHA-256 of the state
DELETE FROM sign_in_begun WHERE state_sha256 = $1
