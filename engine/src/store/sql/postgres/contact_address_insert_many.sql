-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Give contacts their addresses. No row: somebody else has just taken it.
-- In: workspace_id, kind, address, contact_id
INSERT INTO contact_address (workspace_id, kind, address, contact_id)
SELECT j.workspace_id, j.kind, j.address, j.contact_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    AS j (workspace_id, kind, address, contact_id)
ON CONFLICT (workspace_id, kind, address) DO NOTHING
RETURNING contact_id
