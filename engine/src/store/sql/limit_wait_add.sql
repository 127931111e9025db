-- It is held, and keeps its place before the limit.  $1 workspace  $2 limit  $3 subject  $4 run
INSERT INTO limit_wait (workspace_id, limit_name, subject, run_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, limit_name, subject, run_id) DO NOTHING
