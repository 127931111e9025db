-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Add deliveries, each event once for each webhook.
-- In: workspace_id, id, webhook_id, event_id, event_type, body, now
INSERT INTO webhook_delivery (workspace_id, id, webhook_id, event_id, event_type, body, state, attempt, next_at, created_at)
SELECT j.workspace_id, j.id, j.webhook_id, j.event_id, j.event_type, j.body, 'pending', 0, j.now, j.now
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    AS j (workspace_id, id, webhook_id, event_id, event_type, body, now)
ON CONFLICT (workspace_id, webhook_id, event_id) DO NOTHING
