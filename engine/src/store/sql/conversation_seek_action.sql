-- Those that need a person.  $1 workspace  $2 and $3 before  $6 so many
SELECT c.* FROM conversation c WHERE c.workspace_id = $1 AND c.requires_action AND (c.last_activity_at, c.id) < ($2, $3)
ORDER BY c.last_activity_at DESC, c.id DESC LIMIT $6
