-- One team.  $1 workspace  $2 name
SELECT id, name, version, created_at FROM team WHERE workspace_id = $1 AND name = $2
