-- Teams after a name.  $1 workspace  $2 after this name  $3 limit
SELECT id, name, version, created_at FROM team WHERE workspace_id = $1 AND name > $2 ORDER BY name LIMIT $3
