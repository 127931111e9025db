-- Somebody was reminded.  $1 workspace  $2 id  $3 now
UPDATE approval SET reminded_at = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'pending'
