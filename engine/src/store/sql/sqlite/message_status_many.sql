-- Differs because SQLite's writer takes the rows of a set one by one.
-- How far outbound messages have got.
-- In: workspace_id, id, status
UPDATE OR FAIL message SET status = ?3
WHERE message.workspace_id = ?1 AND message.id = ?2
