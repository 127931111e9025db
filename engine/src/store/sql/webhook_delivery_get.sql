-- A delivery.  $1 workspace  $2 id
SELECT workspace_id, id, webhook_id, event_id, event_type, body, state, attempt, next_at, status, took_ms, error, response,
    created_at, attempted_at
FROM webhook_delivery WHERE workspace_id = $1 AND id = $2
