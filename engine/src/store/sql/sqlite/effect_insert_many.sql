-- Differs because SQLite takes a set as JSON: one array a row.
-- Intend to send.
-- In: workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at
INSERT OR FAIL INTO effect (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at, state,
    attempt, updated_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    j.value ->> 7, j.value ->> 8, 'pending', 0, j.value ->> 8
FROM jsonb_each(?) AS j
