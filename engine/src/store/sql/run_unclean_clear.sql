-- It was worked on and the process lives.  $1 workspace  $2 run
DELETE FROM run_unclean WHERE workspace_id = $1 AND run_id = $2
