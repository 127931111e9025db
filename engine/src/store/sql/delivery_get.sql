-- What is known of a message's way.  $1 workspace  $2 message
SELECT progress, arrived_at, failed_at, soft_at, expired_at, cancelled_at, hard_at, complained_at, opted_out_at
FROM delivery WHERE workspace_id = $1 AND message_id = $2
