-- Differs because PostgreSQL takes a set as arrays: one a column.
-- What became of effects.
-- In: workspace_id, id, state, provider_ref, last_error, now
UPDATE effect SET state = j.state, provider_ref = COALESCE(j.provider_ref, effect.provider_ref), last_error = j.last_error,
    updated_at = j.now
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
    AS j (workspace_id, id, state, provider_ref, last_error, now)
WHERE effect.workspace_id = j.workspace_id AND effect.id = j.id
