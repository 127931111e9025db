-- Differs because SQLite takes a set as JSON: one array a row.
-- The segments of contacts.
-- In: workspace_id, contact_id
SELECT s.contact_id, s.segment FROM jsonb_each(?) AS j
CROSS JOIN contact_segment s WHERE s.workspace_id = j.value ->> 0 AND s.contact_id = j.value ->> 1
ORDER BY s.contact_id, s.segment
