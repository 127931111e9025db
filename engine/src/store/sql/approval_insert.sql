-- Ask a person.  $1 workspace  $2 id  $3 run  $4 conversation  $5 draft  $6 decision  $7 team  $8 expires  $9 expire to
-- $10 people it takes  $11 to whom it goes  $12 revision of the conversation  $13 now
INSERT INTO approval (workspace_id, id, run_id, conversation_id, draft_id, decision_id, state, team, expires_at,
    expire_to, people, to_address, base_revision, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11, $12, $13)
