-- What became of an attempt, unless somebody else has made it.  $1 workspace  $2 id  $3 attempts made  $4 state  $5 next
-- $6 status  $7 milliseconds it took  $8 error  $9 response  $10 now
UPDATE webhook_delivery SET attempt = $3, state = $4, next_at = $5, lease_until = NULL, status = $6, took_ms = $7,
    error = $8, response = $9, attempted_at = $10
WHERE workspace_id = $1 AND id = $2 AND attempt = $3 - 1
