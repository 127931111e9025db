-- Differs because PostgreSQL takes a set as arrays: one a column.
-- How far outbound messages have got; where a provider has told more, that stands.
-- In: workspace_id, id, status
UPDATE message SET status = j.status
FROM unnest($1::text[], $2::text[], $3::text[])
    AS j (workspace_id, id, status)
WHERE message.workspace_id = j.workspace_id AND message.id = j.id
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.workspace_id = j.workspace_id AND d.message_id = j.id)
