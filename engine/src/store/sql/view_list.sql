-- Somebody's kept filters and those that are for everybody, after an id.  $1 workspace  $2 rep  $3 after this id  $4 limit
-- `page` and `c` have $4 rows each at most.
WITH page AS (SELECT * FROM saved_view WHERE workspace_id = $1 AND owner_id = $2 AND id > $3 ORDER BY id LIMIT $4),
    c AS (SELECT * FROM saved_view WHERE workspace_id = $1 AND shared AND id > $3 ORDER BY id LIMIT $4)
SELECT j.id, j.owner_id, r.name AS owner_name, j.name, j.shared, j.filter, j.version, j.created_at
FROM (SELECT * FROM page UNION SELECT * FROM c) j CROSS JOIN rep r WHERE r.workspace_id = j.workspace_id AND r.id = j.owner_id
ORDER BY j.id LIMIT $4
