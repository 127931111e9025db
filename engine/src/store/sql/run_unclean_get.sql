-- How often in a row a process may have died over a run.  $1 workspace  $2 run
SELECT times FROM run_unclean WHERE workspace_id = $1 AND run_id = $2
