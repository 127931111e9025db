-- Keep what a step produced.  $1 workspace  $2 run  $3 step  $4 revision  $5 output  $6 now
INSERT INTO step (workspace_id, run_id, step, revision, output, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, run_id, step, revision) DO NOTHING
