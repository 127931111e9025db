-- Differs because SQLite's writer takes the rows of a set one by one.
-- Close the parked runs of conversations whose contact has written again. The last condition shows SQLite that the partial index covers this.
-- In: workspace_id, conversation_id, now
UPDATE OR FAIL run SET stage = 'closed', closed_reason = 'superseded', ready_at = NULL, version = run.version + 1, updated_at = ?3
WHERE run.workspace_id = ?1 AND run.conversation_id = ?2
    AND (run.stage = 'waiting_approval' OR run.stage = 'held' OR run.stage = 'scheduled')
    AND run.stage <> 'sent' AND run.stage <> 'failed' AND run.stage <> 'closed'
RETURNING run.id, run.draft_id, run.conversation_id, run.author_kind
