-- The longest ago first: those of one channel kind.  $1 workspace  $2 and $3 after  $6 so many  $7 channel kind
SELECT c.* FROM conversation c WHERE c.workspace_id = $1 AND c.channel_kind = $7 AND (c.last_activity_at, c.id) > ($2, $3)
ORDER BY c.last_activity_at, c.id LIMIT $6
