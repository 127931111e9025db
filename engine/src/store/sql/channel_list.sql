-- All channels of a workspace; a workspace has few.  $1 workspace
SELECT * FROM channel WHERE workspace_id = $1 ORDER BY kind, created_at, id
