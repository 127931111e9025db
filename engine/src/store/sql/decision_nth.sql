-- The decision before the latest so many, if it is not older than a time.  $1 workspace  $2 time  $3 so many
SELECT decided_at, id FROM decision WHERE workspace_id = $1 AND decided_at >= $2 ORDER BY decided_at DESC, id DESC
LIMIT 1 OFFSET $3
