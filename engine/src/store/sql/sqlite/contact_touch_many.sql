-- Differs because SQLite's writer takes the rows of a set one by one.
-- Count an inbound message of each, learn names, and lock the rows, so that one contact's messages are stored one by one.
-- In: workspace_id, id, name
UPDATE OR FAIL contact SET inbound_count = contact.inbound_count + 1, name = COALESCE(contact.name, ?3)
WHERE contact.workspace_id = ?1 AND contact.id = ?2
