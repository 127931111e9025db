-- Add a rep unless the address is taken.  $1 workspace  $2 id  $3 name  $4 email  $5 role  $6 now
INSERT INTO rep (workspace_id, id, name, email, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, email) DO NOTHING
