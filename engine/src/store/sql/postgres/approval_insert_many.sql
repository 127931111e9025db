-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Ask people.
-- In: workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at, people,
--     to_address, base_revision
INSERT INTO approval (workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at,
    people, to_address, base_revision, state)
SELECT j.workspace_id, j.id, j.run_id, j.conversation_id, j.draft_id, j.decision_id, j.team, j.expires_at,
    j.expire_to, j.created_at, j.people, j.to_address, j.base_revision, 'pending'
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
        $10::bigint[], $11::bigint[], $12::text[], $13::bigint[])
    AS j (workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at,
        people, to_address, base_revision)
