-- One tag.  $1 workspace  $2 name
SELECT id, name, created_at FROM tag WHERE workspace_id = $1 AND name = $2
