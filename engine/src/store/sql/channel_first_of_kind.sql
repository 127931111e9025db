-- The oldest channel of a kind that was not given up.  $1 workspace  $2 kind
SELECT * FROM channel WHERE workspace_id = $1 AND kind = $2 AND deleted_at IS NULL ORDER BY created_at, id LIMIT 1
