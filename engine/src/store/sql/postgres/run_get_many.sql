-- Differs because PostgreSQL takes a set as arrays: one a column.
-- These rows of `run`.
-- In: workspace_id, id
SELECT r.* FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, id)
CROSS JOIN run r WHERE r.workspace_id = j.workspace_id AND r.id = j.id
