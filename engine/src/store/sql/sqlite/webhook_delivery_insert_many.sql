-- Differs because SQLite takes a set as JSON: one array a row.
-- Add deliveries, each event once for each webhook.
-- In: workspace_id, id, webhook_id, event_id, event_type, body, now
INSERT INTO webhook_delivery (workspace_id, id, webhook_id, event_id, event_type, body, state, attempt, next_at, created_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, 'pending', 0,
    j.value ->> 6, j.value ->> 6
FROM jsonb_each(?) AS j WHERE 1
ON CONFLICT (workspace_id, webhook_id, event_id) DO NOTHING
