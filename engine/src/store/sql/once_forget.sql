-- Forget the oldest requests made before a time, so many at most.  $1 made before  $2 so many
DELETE FROM request_once WHERE (workspace_id, id) IN (
    SELECT workspace_id, id FROM request_once WHERE created_at < $1 ORDER BY created_at LIMIT $2)
