-- What a run waits for.  $1 workspace  $2 run
SELECT * FROM approval WHERE workspace_id = $1 AND run_id = $2 AND state = 'pending'
