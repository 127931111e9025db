-- Differs because SQLite's writer takes the rows of a set one by one.
-- Who has these addresses.
-- In: place, workspace_id, kind, address
SELECT ?1 AS place, a.contact_id
FROM contact_address a
WHERE a.workspace_id = ?2 AND a.kind = ?3 AND a.address = ?4
