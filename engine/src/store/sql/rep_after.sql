-- Everybody inside, after an id.  $1 workspace  $2 after this id  $3 limit
SELECT * FROM rep WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3
