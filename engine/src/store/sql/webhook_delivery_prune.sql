-- Take away the oldest deliveries.  $1 made before  $2 limit
DELETE FROM webhook_delivery WHERE (workspace_id, id) IN (
    SELECT workspace_id, id FROM webhook_delivery WHERE created_at < $1 ORDER BY created_at LIMIT $2)
