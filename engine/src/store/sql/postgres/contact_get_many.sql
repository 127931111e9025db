-- Differs because PostgreSQL takes a set as arrays: one a column.
-- These rows of `contact`.
-- In: workspace_id, id
SELECT c.* FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, id)
CROSS JOIN contact c WHERE c.workspace_id = j.workspace_id AND c.id = j.id
