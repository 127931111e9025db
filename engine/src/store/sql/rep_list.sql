-- Everybody inside; there are few.  $1 workspace
SELECT * FROM rep WHERE workspace_id = $1 ORDER BY created_at, id
