-- Differs because SQLite's writer takes the rows of a set one by one.
-- What became of effects.
-- In: workspace_id, id, state, provider_ref, last_error, now
UPDATE OR FAIL effect SET state = ?3, provider_ref = COALESCE(?4, effect.provider_ref), last_error = ?5,
    updated_at = ?6
WHERE effect.workspace_id = ?1 AND effect.id = ?2
