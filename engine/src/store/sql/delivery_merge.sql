-- What is known of a message's way, and what is new: the greater of each.  $1 workspace  $2 message  $3 progress
-- $4 arrived  $5 failed  $6 soft  $7 expired  $8 cancelled  $9 hard  $10 complained  $11 opted out
INSERT INTO delivery (workspace_id, message_id, progress, arrived_at, failed_at, soft_at, expired_at, cancelled_at, hard_at,
    complained_at, opted_out_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (workspace_id, message_id) DO UPDATE SET
    progress = CASE WHEN excluded.progress > delivery.progress THEN excluded.progress ELSE delivery.progress END,
    arrived_at = CASE WHEN excluded.arrived_at > delivery.arrived_at THEN excluded.arrived_at ELSE delivery.arrived_at END,
    failed_at = CASE WHEN excluded.failed_at > delivery.failed_at THEN excluded.failed_at ELSE delivery.failed_at END,
    soft_at = CASE WHEN excluded.soft_at > delivery.soft_at THEN excluded.soft_at ELSE delivery.soft_at END,
    expired_at = CASE WHEN excluded.expired_at > delivery.expired_at THEN excluded.expired_at ELSE delivery.expired_at END,
    cancelled_at =
        CASE WHEN excluded.cancelled_at > delivery.cancelled_at THEN excluded.cancelled_at ELSE delivery.cancelled_at END,
    hard_at = CASE WHEN excluded.hard_at > delivery.hard_at THEN excluded.hard_at ELSE delivery.hard_at END,
    complained_at =
        CASE WHEN excluded.complained_at > delivery.complained_at THEN excluded.complained_at ELSE delivery.complained_at END,
    opted_out_at =
        CASE WHEN excluded.opted_out_at > delivery.opted_out_at THEN excluded.opted_out_at ELSE delivery.opted_out_at END
