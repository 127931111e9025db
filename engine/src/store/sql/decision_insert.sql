-- Record a decision.  $1 workspace  $2 id  $3 run  $4 message  $5 conversation  $6 draft  $7 gate  $8 policy
-- $9 outcome  $10 rule  $11 file  $12 line  $13 column  $14 record  $15 microseconds  $16 now
INSERT INTO decision (workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome,
    rule, rule_file, rule_line, rule_column, record, took_us, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
