-- Differs because PostgreSQL takes a set as arrays: one a column.
-- One more reason each; the first time of a reason counts.
-- In: workspace_id, conversation_id, reason, since
INSERT INTO requires_action (workspace_id, conversation_id, reason, since)
SELECT j.workspace_id, j.conversation_id, j.reason, j.since
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS j (workspace_id, conversation_id, reason, since)
ON CONFLICT (workspace_id, conversation_id, reason) DO NOTHING
