-- One tag.  $1 workspace  $2 id
SELECT id, name, created_at FROM tag WHERE workspace_id = $1 AND id = $2
