-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Add contacts.
-- In: workspace_id, id, name, company, created_at
INSERT INTO contact (workspace_id, id, name, company, created_at, ai_paused, inbound_count, version)
SELECT j.workspace_id, j.id, j.name, j.company, j.created_at, FALSE, 0, 1
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    AS j (workspace_id, id, name, company, created_at)
