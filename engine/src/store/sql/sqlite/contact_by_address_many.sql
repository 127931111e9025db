-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- Who has these addresses.
-- In: place, workspace_id, kind, address
SELECT json_group_array(json_array(j.value ->> 0, a.contact_id)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN contact_address a
WHERE a.workspace_id = j.value ->> 1 AND a.kind = j.value ->> 2 AND a.address = j.value ->> 3
