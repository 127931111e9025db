-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Intend to send. With a boot, the provider is about to be called in the same breath.
-- In: workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at, boot
INSERT INTO effect (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at, boot, state,
    attempt, updated_at)
SELECT j.workspace_id, j.id, j.run_id, j.conversation_id, j.message_id, j.idempotency_key, j.payload, j.automatic,
    j.created_at, j.boot, CASE WHEN j.boot IS NULL THEN 'pending' ELSE 'in_flight' END,
    CASE WHEN j.boot IS NULL THEN 0 ELSE 1 END, j.created_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::bigint[],
        $10::text[])
    AS j (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at, boot)
