-- Differs because SQLite takes a set as JSON: one array a row.
-- The provider is about to be called.
-- In: workspace_id, id, boot, now
UPDATE OR FAIL effect SET state = 'in_flight', boot = j.value ->> 2, attempt = effect.attempt + 1, updated_at = j.value ->> 3
FROM jsonb_each(?) AS j
WHERE effect.workspace_id = j.value ->> 0 AND effect.id = j.value ->> 1
