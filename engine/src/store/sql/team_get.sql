-- One team.  $1 workspace  $2 id
SELECT id, name, version, created_at FROM team WHERE workspace_id = $1 AND id = $2
