-- The longest ago first: those that need a person.  $1 workspace  $2 and $3 after  $6 so many
SELECT c.* FROM conversation c WHERE c.workspace_id = $1 AND c.requires_action AND (c.last_activity_at, c.id) > ($2, $3)
ORDER BY c.last_activity_at, c.id LIMIT $6
