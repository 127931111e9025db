-- Differs because SQLite's writer takes the rows of a set one by one.
-- Record decisions.
-- In: workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, rule_file,
-- rule_line, rule_column, record, took_us, decided_at
INSERT OR FAIL INTO decision (workspace_id, id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, rule_file,
    rule_line, rule_column, record, took_us, decided_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, ?11, ?12, ?13,
    ?14, ?15, ?16)
