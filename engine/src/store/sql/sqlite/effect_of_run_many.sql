-- Differs because SQLite takes a set as JSON: one array a row.
-- The effects of runs, the latest of each last.
-- In: workspace_id, run_id
SELECT e.* FROM jsonb_each(?) AS j
CROSS JOIN effect e WHERE e.workspace_id = j.value ->> 0 AND e.run_id = j.value ->> 1
ORDER BY e.run_id, e.created_at, e.id
