-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Record decisions.
-- In: workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, rule_file,
-- rule_line, rule_column, record, took_us, decided_at
INSERT INTO decision (workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, rule_file,
    rule_line, rule_column, record, took_us, decided_at)
SELECT j.workspace_id, j.id, j.run_id, j.message_id, j.conversation_id, j.draft_id, j.gate, j.policy_digest,
    j.outcome, j.rule, j.rule_file, j.rule_line, j.rule_column, j.record, j.took_us, j.decided_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::bigint[], $16::bigint[])
    AS j (workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, rule_file,
        rule_line, rule_column, record, took_us, decided_at)
