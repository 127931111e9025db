-- Differs because SQLite's writer takes the rows of a set one by one.
-- Keep what steps produced.
-- In: workspace_id, run_id, step, revision, output, at
INSERT OR FAIL INTO step (workspace_id, run_id, step, revision, output, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (workspace_id, run_id, step, revision) DO NOTHING
