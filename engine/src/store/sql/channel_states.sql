-- The same of all channels of a workspace; it has few.  $1 workspace
SELECT id, version, rotated_at, deleted_at FROM channel WHERE workspace_id = $1
