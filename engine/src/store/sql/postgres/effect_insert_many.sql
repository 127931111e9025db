-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Intend to send.
-- In: workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at
INSERT INTO effect (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at, state,
    attempt, updated_at)
SELECT j.workspace_id, j.id, j.run_id, j.conversation_id, j.message_id, j.idempotency_key, j.payload, j.automatic,
    j.created_at, 'pending', 0, j.created_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::bigint[])
    AS j (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at)
