-- Deliver again, from the first attempt on.  $1 workspace  $2 id  $3 now
UPDATE webhook_delivery SET state = 'pending', attempt = 0, next_at = $3, lease_until = NULL
WHERE workspace_id = $1 AND id = $2
