-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Who has these addresses.
-- In: place, workspace_id, kind, address
SELECT j.place AS place, a.contact_id
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
    AS j (place, workspace_id, kind, address)
CROSS JOIN contact_address a
WHERE a.workspace_id = j.workspace_id AND a.kind = j.kind AND a.address = j.address
