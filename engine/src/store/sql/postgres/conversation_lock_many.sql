-- Differs because only PostgreSQL has several writers: they take these locks in one order, so that none waits in a circle.
-- Conversations that are about to be changed.  In: workspace_id, id
SELECT c.id FROM unnest($1::text[], $2::text[]) AS j (workspace_id, id)
JOIN conversation c ON c.workspace_id = j.workspace_id AND c.id = j.id ORDER BY c.workspace_id, c.id FOR NO KEY UPDATE OF c
