-- Close what the AI has parked in a conversation: a person took over. The last line is there for SQLite, which must see
-- that the partial index covers this.  $1 workspace  $2 conversation  $3 reason  $4 now
UPDATE run SET stage = 'closed', closed_reason = $3, ready_at = NULL, version = version + 1, updated_at = $4
WHERE workspace_id = $1 AND conversation_id = $2 AND stage IN ('waiting_approval', 'held', 'scheduled')
    AND author_kind = 'ai_agent' AND stage <> 'sent' AND stage <> 'failed' AND stage <> 'closed'
RETURNING id, draft_id, conversation_id, author_kind
