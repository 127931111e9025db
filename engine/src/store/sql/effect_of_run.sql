-- The latest effect of a run.  $1 workspace  $2 run
SELECT * FROM effect WHERE workspace_id = $1 AND run_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1
