-- Differs because SQLite takes a set as JSON: one array a row.
-- Keep what steps produced.
-- In: workspace_id, run_id, step, revision, output, at
INSERT OR FAIL INTO step (workspace_id, run_id, step, revision, output, at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5
FROM jsonb_each(?) AS j
WHERE TRUE
ON CONFLICT (workspace_id, run_id, step, revision) DO NOTHING
