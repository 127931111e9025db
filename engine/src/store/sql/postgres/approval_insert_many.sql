-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Ask people.
-- In: workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at, people,
--     to_address, base_revision, tier, ease
INSERT INTO approval (workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at,
    people, to_address, base_revision, tier, ease, lasts_until, state)
SELECT j.workspace_id, j.id, j.run_id, j.conversation_id, j.draft_id, j.decision_id, j.team, j.expires_at,
    j.expire_to, j.created_at, j.people, j.to_address, j.base_revision, j.tier, j.ease,
    COALESCE(j.expires_at, 9223372036854775807), 'pending'
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
        $10::bigint[], $11::bigint[], $12::text[], $13::bigint[], $14::text[], $15::bigint[])
    AS j (workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at,
        people, to_address, base_revision, tier, ease)
