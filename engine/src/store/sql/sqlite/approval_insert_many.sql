-- Differs because SQLite's writer takes the rows of a set one by one.
-- Ask people.
-- In: workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at, people,
--     to_address, base_revision, tier, ease
INSERT OR FAIL INTO approval (workspace_id, id, run_id, conversation_id, draft_id, decision_id, team, expires_at, expire_to, created_at,
    people, to_address, base_revision, tier, ease, lasts_until, state)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, ?11, ?12,
    ?13, ?14, ?15, COALESCE(?8, 9223372036854775807), 'pending')
