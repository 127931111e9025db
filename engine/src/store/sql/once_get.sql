-- A request that was made.  $1 workspace  $2 id  $3 made after
SELECT fingerprint, status, body, created_at FROM request_once WHERE workspace_id = $1 AND id = $2 AND created_at > $3
