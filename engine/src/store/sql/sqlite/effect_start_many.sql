-- Differs because SQLite's writer takes the rows of a set one by one.
-- The provider is about to be called.
-- In: workspace_id, id, boot, now
UPDATE OR FAIL effect SET state = 'in_flight', boot = ?3, attempt = effect.attempt + 1, updated_at = ?4
WHERE effect.workspace_id = ?1 AND effect.id = ?2
