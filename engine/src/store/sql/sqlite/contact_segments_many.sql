-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- The segments of contacts.
-- In: workspace_id, contact_id
SELECT json_group_array(json_array(s.contact_id, s.segment)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN contact_segment s WHERE s.workspace_id = j.value ->> 0 AND s.contact_id = j.value ->> 1
