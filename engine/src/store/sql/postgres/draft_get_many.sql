-- Differs because PostgreSQL takes a set as arrays: one a column.
-- These rows of `draft`.
-- In: workspace_id, id
SELECT d.* FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, id)
CROSS JOIN draft d WHERE d.workspace_id = j.workspace_id AND d.id = j.id
