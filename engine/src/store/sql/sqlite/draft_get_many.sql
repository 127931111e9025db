-- Differs because SQLite takes a set as JSON: one array a row.
-- These rows of `draft`.
-- In: workspace_id, id
SELECT d.* FROM jsonb_each(?) AS j
CROSS JOIN draft d WHERE d.workspace_id = j.value ->> 0 AND d.id = j.value ->> 1
