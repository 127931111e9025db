-- Differs because SQLite's writer takes the rows of a set one by one.
-- Intend to send. With a boot, the provider is about to be called in the same breath.
-- In: workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at, boot
INSERT OR FAIL INTO effect (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, payload, automatic, created_at, boot, state,
    attempt, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, iif(?10 IS NULL, 'pending', 'in_flight'), ?10 IS NOT NULL, ?9)
