-- Start a run.  $1 workspace  $2 id  $3 message  $4 conversation  $5 seq  $6 now
INSERT INTO run (workspace_id, id, message_id, conversation_id, seq, stage, version, attempt, approved, ready_at, epoch,
    created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'received', 1, 0, FALSE, $6, 0, $6, $6)
