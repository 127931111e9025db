-- Differs because SQLite takes a set as JSON: one array a row.
-- The outputs of a step of runs, the latest of each last.
-- In: workspace_id, run_id, step
SELECT s.run_id, s.output FROM jsonb_each(?) AS j
CROSS JOIN step s WHERE s.workspace_id = j.value ->> 0 AND s.run_id = j.value ->> 1 AND s.step = j.value ->> 2
ORDER BY s.run_id, s.revision
