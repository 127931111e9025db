-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- How the contact stands now. Asked for each row that was changed, with the same parameters.
-- In: workspace_id, id, name
SELECT workspace_id, id, name, company, opted_out_at, ai_paused, ai_pause_reason, ai_paused_by, ai_paused_at, ai_paused_until,
    inbound_count, created_at, version, suppressed
FROM contact WHERE workspace_id = ?1 AND id = ?2
