-- Jobs of whose reply nobody knows whether it left, oldest first. CROSS JOIN keeps SQLite on the short index.
-- $1 workspace  $2 after this id  $3 limit
SELECT r.* FROM effect e CROSS JOIN run r
WHERE e.workspace_id = $1 AND e.state = 'in_doubt' AND e.run_id > $2
    AND r.workspace_id = e.workspace_id AND r.id = e.run_id
ORDER BY e.run_id LIMIT $3
