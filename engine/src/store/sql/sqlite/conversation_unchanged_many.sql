-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- Which conversations have had no message since they were read.
-- In: place, workspace_id, conversation_id, revision
SELECT json_group_array(json_array(j.value ->> 0)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN conversation c
WHERE c.workspace_id = j.value ->> 1 AND c.id = j.value ->> 2 AND c.revision = j.value ->> 3
