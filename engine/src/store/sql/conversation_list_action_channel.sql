-- What needs a person on one channel kind.  $1 workspace  $2 and $3 before  $4 limit  $5 channel kind
SELECT * FROM conversation WHERE workspace_id = $1 AND requires_action AND channel_kind = $5
    AND (last_activity_at, id) < ($2, $3)
ORDER BY last_activity_at DESC, id DESC LIMIT $4
