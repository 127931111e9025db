-- Differs because PostgreSQL takes a set as arrays: one a column.
-- These rows of `channel`.
-- In: workspace_id, id
SELECT c.* FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, id)
CROSS JOIN channel c WHERE c.workspace_id = j.workspace_id AND c.id = j.id
