-- Decisions in order.  $1 workspace  $2 and $3 after this time and id  $4 up to this time  $5 limit
SELECT * FROM decision WHERE workspace_id = $1 AND (decided_at, id) > ($2, $3) AND decided_at <= $4
ORDER BY decided_at, id LIMIT $5
