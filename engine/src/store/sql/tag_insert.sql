-- Make a tag, unless there is one of this name.  $1 workspace  $2 id  $3 name  $4 now
INSERT INTO tag (workspace_id, id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (workspace_id, name) DO NOTHING
