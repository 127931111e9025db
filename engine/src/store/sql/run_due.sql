-- What is due now, oldest first.  $1 now  $2 limit
SELECT workspace_id, id, conversation_id, seq, epoch FROM run WHERE ready_at IS NOT NULL AND ready_at <= $1
ORDER BY ready_at, id LIMIT $2
