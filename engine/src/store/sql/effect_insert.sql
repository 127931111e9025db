-- Intend to send.  $1 workspace  $2 id  $3 run  $4 conversation  $5 message  $6 key  $7 payload  $8 automatic  $9 now
INSERT INTO effect (workspace_id, id, run_id, conversation_id, message_id, idempotency_key, state, payload, automatic,
    attempt, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, 0, $9, $9)
