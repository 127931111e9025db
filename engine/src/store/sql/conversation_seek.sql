-- Conversations to choose from: all.  $1 workspace  $2 and $3 before this time and id  $6 so many
SELECT c.* FROM conversation c WHERE c.workspace_id = $1 AND (c.last_activity_at, c.id) < ($2, $3)
ORDER BY c.last_activity_at DESC, c.id DESC LIMIT $6
