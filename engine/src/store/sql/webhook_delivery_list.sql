-- A webhook's deliveries before a time and id, latest first.  $1 workspace  $2 webhook  $3 before  $4 before id  $5 limit
SELECT workspace_id, id, webhook_id, event_id, event_type, body, state, attempt, next_at, status, took_ms, error, response,
    created_at, attempted_at
FROM webhook_delivery WHERE workspace_id = $1 AND webhook_id = $2 AND (created_at, id) < ($3, $4)
ORDER BY created_at DESC, id DESC LIMIT $5
