-- What failed in a run, latest first.  $1 workspace  $2 run  $3 before this version  $4 limit
SELECT version, attempt, stage, class, error, at FROM run_error
WHERE workspace_id = $1 AND run_id = $2 AND version < $3 ORDER BY version DESC LIMIT $4
