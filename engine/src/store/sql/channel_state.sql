-- How often a channel was changed, when its secret was renewed, and when it was given up.  $1 workspace  $2 id
SELECT id, version, rotated_at, deleted_at FROM channel WHERE workspace_id = $1 AND id = $2
