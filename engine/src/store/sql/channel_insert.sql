-- Add a channel unless its id is there.  $1 workspace  $2 id  $3 kind  $4 name  $5 address  $6 now
INSERT INTO channel (workspace_id, id, kind, name, address, status, email_warmup, secret_version, created_at)
VALUES ($1, $2, $3, $4, $5, 'active', FALSE, 1, $6) ON CONFLICT (workspace_id, id) DO NOTHING
