-- All channels of a workspace that were not given up; it has few.  $1 workspace
SELECT * FROM channel WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY kind, created_at, id
