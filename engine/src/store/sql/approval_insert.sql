-- Ask a person.  $1 workspace  $2 id  $3 run  $4 conversation  $5 draft  $6 decision  $7 team  $8 expires  $9 expire to  $10 now
INSERT INTO approval (workspace_id, id, run_id, conversation_id, draft_id, decision_id, state, team, expires_at,
    expire_to, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10)
