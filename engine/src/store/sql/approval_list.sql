-- Approvals in a state, oldest first.  $1 workspace  $2 state  $3 and $4 after this time and id  $5 limit
SELECT * FROM approval WHERE workspace_id = $1 AND state = $2 AND (created_at, id) > ($3, $4)
ORDER BY created_at, id LIMIT $5
