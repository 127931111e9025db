-- Differs because PostgreSQL takes a set as arrays: one a column.
-- The provider is about to be called.
-- In: workspace_id, id, boot, now
UPDATE effect SET state = 'in_flight', boot = j.boot, attempt = effect.attempt + 1, updated_at = j.now
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS j (workspace_id, id, boot, now)
WHERE effect.workspace_id = j.workspace_id AND effect.id = j.id
