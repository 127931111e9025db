-- Differs because only PostgreSQL has several writers: they take these locks in one order, so that none waits in a circle.
-- Contacts of messages that come in.  In: workspace_id, id
SELECT k.id FROM unnest($1::text[], $2::text[]) AS j (workspace_id, id)
JOIN contact k ON k.workspace_id = j.workspace_id AND k.id = j.id ORDER BY k.workspace_id, k.id FOR NO KEY UPDATE OF k
