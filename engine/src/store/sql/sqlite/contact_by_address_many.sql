-- Differs because SQLite takes a set as JSON: one array a row.
-- Who has these addresses.
-- In: place, workspace_id, kind, address
SELECT j.value ->> 0 AS place, a.contact_id
FROM jsonb_each(?) AS j
CROSS JOIN contact_address a
WHERE a.workspace_id = j.value ->> 1 AND a.kind = j.value ->> 2 AND a.address = j.value ->> 3
