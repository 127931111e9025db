-- Differs because SQLite's writer takes the rows of a set one by one.
-- Which conversations have had no message since they were read.
-- In: place, workspace_id, conversation_id, revision
SELECT ?1 AS place
FROM conversation c
WHERE c.workspace_id = ?2 AND c.id = ?3 AND c.revision = ?4
