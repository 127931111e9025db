-- Start the run of a rep's own reply.  $1 workspace  $2 id  $3 message  $4 conversation  $5 seq  $6 stage  $7 draft
-- $8 ready at  $9 now  $10 approved
INSERT INTO run (workspace_id, id, message_id, conversation_id, seq, stage, version, attempt, approved, ready_at, epoch,
    draft_id, author_kind, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, 0, $10, $8, 0, $7, 'rep', $9, $9)
