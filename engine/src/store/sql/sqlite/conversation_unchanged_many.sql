-- Differs because SQLite takes a set as JSON: one array a row.
-- Which conversations have had no message since they were read.
-- In: place, workspace_id, conversation_id, revision
SELECT j.value ->> 0 AS place
FROM jsonb_each(?) AS j
CROSS JOIN conversation c
WHERE c.workspace_id = j.value ->> 1 AND c.id = j.value ->> 2 AND c.revision = j.value ->> 3
