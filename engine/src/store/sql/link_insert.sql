-- A link that is good once.  $1 workspace  $2 id  $3 kind  $4 rep  $5 SHA-256 of the token, hex  $6 by whom  $7 now  $8 ends at
INSERT INTO access_link (workspace_id, id, kind, rep_id, token_sha256, created_by, created_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
