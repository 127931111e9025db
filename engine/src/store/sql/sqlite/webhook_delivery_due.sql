-- Differs because SQLite has one process, which knows what it is delivering.
-- What is due for a webhook.  $1 workspace  $2 webhook  $3 now  $4 limit
SELECT workspace_id, id, webhook_id, event_id, event_type, body, state, attempt, next_at, status, took_ms, error, response,
    created_at, attempted_at
FROM webhook_delivery WHERE workspace_id = $1 AND webhook_id = $2 AND next_at <= $3 AND next_at IS NOT NULL
ORDER BY next_at LIMIT $4
