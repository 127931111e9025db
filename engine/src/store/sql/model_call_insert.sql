-- Keep a call of a language model.  $1 workspace  $2 id  $3 message  $4 run  $5 purpose  $6 model  $7 prompt version  $8 request  $9 answer  $10 error  $11 tokens read  $12 tokens written  $13 cost  $14 ms taken  $15 now
INSERT INTO model_call (workspace_id, id, message_id, run_id, purpose, model, prompt_version, request, answer, error,
    tokens_in, tokens_out, cost_micros, took_ms, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
