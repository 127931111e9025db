-- Differs because SQLite takes a set as JSON: one array a row.
-- How far outbound messages have got.
-- In: workspace_id, id, status
UPDATE OR FAIL message SET status = j.value ->> 2
FROM jsonb_each(?) AS j
WHERE message.workspace_id = j.value ->> 0 AND message.id = j.value ->> 1
