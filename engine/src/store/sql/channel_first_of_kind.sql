-- The oldest channel of a kind.  $1 workspace  $2 kind
SELECT * FROM channel WHERE workspace_id = $1 AND kind = $2 ORDER BY created_at, id LIMIT 1
