-- The approval in a state so many after another.  $1 workspace  $2 state  $3 and $4 after this time and id  $5 how many
SELECT a.created_at AS at, a.id FROM approval a WHERE a.workspace_id = $1 AND a.state = $2 AND (a.created_at, a.id) > ($3, $4)
ORDER BY a.created_at, a.id LIMIT 1 OFFSET $5
