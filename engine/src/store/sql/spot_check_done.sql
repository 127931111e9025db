-- Somebody has looked at it.  $1 workspace  $2 message  $3 now
UPDATE spot_check SET done_at = $3 WHERE workspace_id = $1 AND message_id = $2 AND done_at IS NULL
