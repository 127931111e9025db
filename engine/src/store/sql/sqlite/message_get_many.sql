-- Differs because SQLite takes a set as JSON: one array a row.
-- These rows of `message`.
-- In: workspace_id, id
SELECT m.* FROM jsonb_each(?) AS j
CROSS JOIN message m WHERE m.workspace_id = j.value ->> 0 AND m.id = j.value ->> 1
