-- The latest output of a step.  $1 workspace  $2 run  $3 step
SELECT output FROM step WHERE workspace_id = $1 AND run_id = $2 AND step = $3 ORDER BY revision DESC LIMIT 1
