-- Differs because SQLite's writer takes the rows of a set one by one.
-- How far outbound messages have got; where a provider has told more, that stands.
-- In: workspace_id, id, status
UPDATE OR FAIL message SET status = ?3
WHERE message.workspace_id = ?1 AND message.id = ?2
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.workspace_id = ?1 AND d.message_id = ?2)
