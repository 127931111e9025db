-- Add a key.  $1 workspace  $2 id  $3 rep  $4 name  $5 SHA-256 hex  $6 now  $7 kind  $8 role  $9 by whom  $10 ends at
-- $11 networks  $12 scopes
INSERT INTO api_key (workspace_id, id, rep_id, name, key_sha256, created_at, kind, role, created_by, ends_at, networks, scopes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
