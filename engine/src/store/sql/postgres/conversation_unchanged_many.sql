-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Which conversations have had no message since they were read.
-- In: place, workspace_id, conversation_id, revision
SELECT j.place AS place
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
    AS j (place, workspace_id, conversation_id, revision)
CROSS JOIN conversation c
WHERE c.workspace_id = j.workspace_id AND c.id = j.conversation_id AND c.revision = j.revision
