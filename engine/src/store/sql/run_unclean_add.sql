-- A run is about to be worked on that a process may have died over.  $1 workspace  $2 run  $3 now
INSERT INTO run_unclean (workspace_id, run_id, times, at) VALUES ($1, $2, 1, $3)
ON CONFLICT (workspace_id, run_id) DO UPDATE SET times = run_unclean.times + 1, at = $3
