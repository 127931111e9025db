-- Differs because PostgreSQL takes a set as arrays: one a column.
-- These rows of `conversation`.
-- In: workspace_id, id
SELECT c.* FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, id)
CROSS JOIN conversation c WHERE c.workspace_id = j.workspace_id AND c.id = j.id
