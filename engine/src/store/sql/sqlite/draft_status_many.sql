-- Differs because SQLite's writer takes the rows of a set one by one.
-- Where drafts stand.
-- In: workspace_id, id, status, now
UPDATE OR FAIL draft SET status = ?3, updated_at = ?4
WHERE draft.workspace_id = ?1 AND draft.id = ?2
