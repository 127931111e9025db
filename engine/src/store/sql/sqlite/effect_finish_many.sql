-- Differs because SQLite takes a set as JSON: one array a row.
-- What became of effects.
-- In: workspace_id, id, state, provider_ref, last_error, now
UPDATE OR FAIL effect SET state = j.value ->> 2, provider_ref = COALESCE(j.value ->> 3, effect.provider_ref), last_error = j.value ->> 4,
    updated_at = j.value ->> 5
FROM jsonb_each(?) AS j
WHERE effect.workspace_id = j.value ->> 0 AND effect.id = j.value ->> 1
