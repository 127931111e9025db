-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- How many messages these conversations have.
-- In: workspace_id, id
SELECT json_group_array(json_array(c.id, c.revision)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN conversation c WHERE c.workspace_id = j.value ->> 0 AND c.id = j.value ->> 1
