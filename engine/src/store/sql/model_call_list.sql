-- Calls of language models about a message, oldest first.  $1 workspace  $2 message  $3 after this id  $4 at most
SELECT id, message_id, run_id, purpose, model, prompt_version, request, answer, error, tokens_in, tokens_out, cost_micros, took_ms, created_at
FROM model_call WHERE workspace_id = $1 AND message_id = $2 AND id > $3 ORDER BY id LIMIT $4
