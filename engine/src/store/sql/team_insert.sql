-- Make a team, unless there is one of this name.  $1 workspace  $2 id  $3 name  $4 now
INSERT INTO team (workspace_id, id, name, version, created_at) VALUES ($1, $2, $3, 1, $4) ON CONFLICT (workspace_id, name) DO NOTHING
