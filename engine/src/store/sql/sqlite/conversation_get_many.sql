-- Differs because SQLite takes a set as JSON: one array a row.
-- These rows of `conversation`.
-- In: workspace_id, id
SELECT c.* FROM jsonb_each(?) AS j
CROSS JOIN conversation c WHERE c.workspace_id = j.value ->> 0 AND c.id = j.value ->> 1
