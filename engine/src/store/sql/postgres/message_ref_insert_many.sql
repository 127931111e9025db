-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Remember message ids; whoever used one first keeps it.
-- In: workspace_id, external_id, conversation_id, message_id
INSERT INTO message_ref (workspace_id, external_id, conversation_id, message_id)
SELECT j.workspace_id, j.external_id, j.conversation_id, j.message_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    AS j (workspace_id, external_id, conversation_id, message_id)
ON CONFLICT (workspace_id, external_id) DO NOTHING
