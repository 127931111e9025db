-- Differs because SQLite takes a set as JSON: one array a row.
-- Record decisions.
-- In: workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, rule_file,
-- rule_line, rule_column, record, took_us, decided_at
INSERT OR FAIL INTO decision (workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, rule_file,
    rule_line, rule_column, record, took_us, decided_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11, j.value ->> 12,
    j.value ->> 13, j.value ->> 14, j.value ->> 15
FROM jsonb_each(?) AS j
