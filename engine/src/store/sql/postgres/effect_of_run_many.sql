-- Differs because PostgreSQL takes a set as arrays: one a column.
-- The effects of runs, the latest of each last.
-- In: workspace_id, run_id
SELECT e.* FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, run_id)
CROSS JOIN effect e WHERE e.workspace_id = j.workspace_id AND e.run_id = j.run_id
ORDER BY e.run_id, e.created_at, e.id
