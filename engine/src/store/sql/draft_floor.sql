-- The draft so many before another.  $1 workspace  $2 before this id  $3 how many
SELECT d.id FROM draft d WHERE d.workspace_id = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT 1 OFFSET $3
