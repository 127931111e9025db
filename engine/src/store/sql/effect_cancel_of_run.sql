-- Take back what was not begun.  $1 workspace  $2 run  $3 now
UPDATE effect SET state = 'cancelled', updated_at = $3 WHERE workspace_id = $1 AND run_id = $2 AND state = 'pending'
RETURNING message_id
