-- Differs because PostgreSQL takes a set as arrays: one a column.
-- The outputs of a step of runs, the latest of each last.
-- In: workspace_id, run_id, step
SELECT s.run_id, s.output FROM unnest($1::text[], $2::text[], $3::text[])
    AS j (workspace_id, run_id, step)
CROSS JOIN step s WHERE s.workspace_id = j.workspace_id AND s.run_id = j.run_id AND s.step = j.step
ORDER BY s.run_id, s.revision
