-- Create the workspace unless it is there.  $1 id  $2 name  $3 now
INSERT INTO workspace (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING
