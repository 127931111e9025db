-- Keep a failure of a run. The same one twice is one.
-- $1 workspace  $2 run  $3 version  $4 attempt  $5 stage  $6 class  $7 error  $8 now
INSERT INTO run_error (workspace_id, run_id, version, attempt, stage, class, error, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, run_id, version) DO NOTHING
