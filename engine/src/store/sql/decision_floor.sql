-- The decision so many before another.  $1 workspace  $2 and $3 before this time and id  $4 how many
SELECT d.decided_at AS at, d.id FROM decision d WHERE d.workspace_id = $1 AND (d.decided_at, d.id) < ($2, $3)
ORDER BY d.decided_at DESC, d.id DESC LIMIT 1 OFFSET $4
