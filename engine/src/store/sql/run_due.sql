-- What is due now, oldest first. A rep's reply has a lane of its own: it waits for no model.  $1 now  $2 limit
SELECT workspace_id, id, CASE WHEN author_kind = 'rep' THEN conversation_id || ':rep' ELSE conversation_id END
    AS conversation_id, seq, epoch FROM run
WHERE ready_at IS NOT NULL AND ready_at <= $1
ORDER BY ready_at, id LIMIT $2
