-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Runs after whose message a person wrote again.
-- In: workspace_id, run_id, conversation_id, seq
SELECT j.run_id AS run_id FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS j (workspace_id, run_id, conversation_id, seq)
WHERE EXISTS (SELECT 1 FROM message m WHERE m.workspace_id = j.workspace_id AND m.conversation_id = j.conversation_id
    AND m.seq > j.seq AND m.direction = 'inbound' AND m.kind = 'message' AND NOT m.automated)
