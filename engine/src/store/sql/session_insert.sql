-- Somebody signed in.  $1 workspace  $2 id  $3 rep  $4 SHA-256 of the token, hex  $5 browser  $6 now  $7 ends at
INSERT INTO session (workspace_id, id, rep_id, token_sha256, browser, created_at, seen_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
