-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- How many messages the conversation has now. Asked for each row that was changed, with the same parameters.
-- In: workspace_id, id, preview, now, ai_turns, routed, team, person, priority, sla_at, author
SELECT id, revision
FROM conversation WHERE workspace_id = ?1 AND id = ?2
