-- Differs because SQLite takes a set as JSON: one array a row.
-- Close the parked runs of conversations whose contact has written again. The last condition shows SQLite that the partial index covers this.
-- In: workspace_id, conversation_id, now
UPDATE OR FAIL run SET stage = 'closed', closed_reason = 'superseded', ready_at = NULL, version = run.version + 1, updated_at = j.value ->> 2
FROM jsonb_each(?) AS j
WHERE run.workspace_id = j.value ->> 0 AND run.conversation_id = j.value ->> 1
    AND run.stage IN ('waiting_approval', 'held', 'scheduled') AND run.stage NOT IN ('sent', 'failed', 'closed')
RETURNING run.id, run.draft_id, run.conversation_id, run.author_kind
