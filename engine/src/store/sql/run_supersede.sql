-- Close the parked runs of a conversation: the contact has written again. The last line is there for SQLite, which must
-- see that the partial index covers this.  $1 workspace  $2 conversation  $3 now
UPDATE run SET stage = 'closed', closed_reason = 'superseded', ready_at = NULL, version = version + 1, updated_at = $3
WHERE workspace_id = $1 AND conversation_id = $2 AND stage IN ('waiting_approval', 'held', 'scheduled')
    AND stage NOT IN ('sent', 'failed', 'closed')
RETURNING id, draft_id, author_kind
