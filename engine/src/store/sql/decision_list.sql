-- Decisions, latest first.  $1 workspace  $2 and $3 before this time and id  $4 limit
SELECT * FROM decision WHERE workspace_id = $1 AND (decided_at, id) < ($2, $3) ORDER BY decided_at DESC, id DESC LIMIT $4
