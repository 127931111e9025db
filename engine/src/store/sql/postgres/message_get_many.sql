-- Differs because PostgreSQL takes a set as arrays: one a column.
-- These rows of `message`.
-- In: workspace_id, id
SELECT m.* FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, id)
CROSS JOIN message m WHERE m.workspace_id = j.workspace_id AND m.id = j.id
