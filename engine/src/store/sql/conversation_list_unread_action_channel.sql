-- The same on one channel kind.  $1 workspace  $2 and $3 before  $4 limit  $5 rep  $6 channel kind
SELECT c.* FROM conversation c WHERE c.workspace_id = $1 AND c.requires_action AND c.channel_kind = $6
    AND (c.last_activity_at, c.id) < ($2, $3)
    AND EXISTS (SELECT 1 FROM unread u WHERE u.workspace_id = c.workspace_id AND u.rep_id = $5 AND u.conversation_id = c.id)
ORDER BY c.last_activity_at DESC, c.id DESC LIMIT $4
