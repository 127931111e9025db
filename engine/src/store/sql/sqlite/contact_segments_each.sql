-- Differs because SQLite's writer takes the rows of a set one by one.
-- The segments of contacts.
-- In: workspace_id, contact_id
SELECT s.contact_id, s.segment
FROM contact_segment s WHERE s.workspace_id = ?1 AND s.contact_id = ?2
