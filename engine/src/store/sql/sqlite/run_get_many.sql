-- Differs because SQLite takes a set as JSON: one array a row.
-- These rows of `run`.
-- In: workspace_id, id
SELECT r.* FROM jsonb_each(?) AS j
CROSS JOIN run r WHERE r.workspace_id = j.value ->> 0 AND r.id = j.value ->> 1
