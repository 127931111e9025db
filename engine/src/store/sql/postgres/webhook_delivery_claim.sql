-- Differs because several processes look at once: each delivery is leased by one of them.
-- $1 workspace  $2 webhook  $3 now  $4 limit  $5 lease until
UPDATE webhook_delivery SET lease_until = $5 WHERE ctid = ANY (ARRAY(
    SELECT d.ctid FROM webhook_delivery d
    WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.next_at <= $3 AND d.next_at IS NOT NULL
        AND (d.lease_until IS NULL OR d.lease_until < $3)
    ORDER BY d.next_at LIMIT $4 FOR UPDATE SKIP LOCKED))
RETURNING workspace_id, id, webhook_id, event_id, event_type, body, state, attempt, next_at, status, took_ms, error, response,
    created_at, attempted_at
