-- It waits for no limit any more.  $1 workspace  $2 run
DELETE FROM limit_wait WHERE workspace_id = $1 AND run_id = $2
