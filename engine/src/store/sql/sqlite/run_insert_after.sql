-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- Which run was started; nothing is leased on SQLite. Asked for each row that was changed, with the same parameters.
-- In: workspace_id, id, message_id, conversation_id, seq, now, lease_owner, lease_until
SELECT ?2 AS id, 0 AS epoch
