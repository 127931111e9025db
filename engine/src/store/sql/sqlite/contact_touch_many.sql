-- Differs because SQLite takes a set as JSON: one array a row.
-- Count an inbound message of each, learn names, and lock the rows, so that one contact's messages are stored one by one.
-- In: workspace_id, id, name
UPDATE OR FAIL contact SET inbound_count = contact.inbound_count + 1, name = COALESCE(contact.name, j.value ->> 2)
FROM jsonb_each(?) AS j
WHERE contact.workspace_id = j.value ->> 0 AND contact.id = j.value ->> 1
