-- Add a key.  $1 workspace  $2 id  $3 rep  $4 name  $5 SHA-256 hex  $6 now
INSERT INTO api_key (workspace_id, id, rep_id, name, key_sha256, created_at) VALUES ($1, $2, $3, $4, $5, $6)
