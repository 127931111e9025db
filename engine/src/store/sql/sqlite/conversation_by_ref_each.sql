-- Differs because SQLite's writer takes the rows of a set one by one.
-- The conversations that message ids belong to.
-- In: place, position, workspace_id, external_id
SELECT ?1 AS place, ?2 AS position, c.id, c.contact_id
FROM message_ref r CROSS JOIN conversation c
WHERE r.workspace_id = ?3 AND r.external_id = ?4
    AND c.workspace_id = r.workspace_id AND c.id = r.conversation_id
