-- The longest ago first: those that are closed or snoozed.  $1 workspace  $2 and $3 after  $6 so many  $8 status
SELECT c.* FROM conversation c WHERE c.workspace_id = $1 AND c.status = $8 AND c.status <> 'open' AND (c.last_activity_at, c.id) > ($2, $3)
ORDER BY c.last_activity_at, c.id LIMIT $6
