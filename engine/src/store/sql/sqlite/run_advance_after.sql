-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- Which run was moved on. Asked for each row that was changed, with the same parameters.
-- In: workspace_id, id, version, epoch, stage, attempt, approved, held_since, ready_at, closed_reason, last_error,
-- draft_id, decision_id, release, now
SELECT ?2 AS id
