-- Differs because SQLite takes a set as JSON: one array a row.
-- Ask people.
-- In: workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at, people,
--     to_address, base_revision
INSERT OR FAIL INTO approval (workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at,
    people, to_address, base_revision, state)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11,
    j.value ->> 12, 'pending'
FROM jsonb_each(?) AS j
