-- Differs because SQLite's writer takes the rows of a set one by one.
-- Add deliveries, each event once for each webhook.
-- In: workspace_id, id, webhook_id, event_id, event_type, body, now
INSERT INTO webhook_delivery (workspace_id, id, webhook_id, event_id, event_type, body, state, attempt, next_at, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', 0,
    ?7, ?7)
ON CONFLICT (workspace_id, webhook_id, event_id) DO NOTHING
