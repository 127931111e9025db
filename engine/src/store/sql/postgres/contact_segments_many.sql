-- Differs because PostgreSQL takes a set as arrays: one a column.
-- The segments of contacts.
-- In: workspace_id, contact_id
SELECT s.contact_id, s.segment FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, contact_id)
CROSS JOIN contact_segment s WHERE s.workspace_id = j.workspace_id AND s.contact_id = j.contact_id
ORDER BY s.contact_id, s.segment
