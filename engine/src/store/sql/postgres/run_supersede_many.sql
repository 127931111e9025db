-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Close the parked runs of conversations whose contact has written again. The last condition shows SQLite that the partial index covers this.
-- In: workspace_id, conversation_id, now
UPDATE run SET stage = 'closed', closed_reason = 'superseded', ready_at = NULL, version = run.version + 1, updated_at = j.now
FROM unnest($1::text[], $2::text[], $3::bigint[])
    AS j (workspace_id, conversation_id, now)
WHERE run.workspace_id = j.workspace_id AND run.conversation_id = j.conversation_id
    AND (run.stage = 'waiting_approval' OR run.stage = 'held' OR run.stage = 'scheduled')
    AND run.stage <> 'sent' AND run.stage <> 'failed' AND run.stage <> 'closed'
RETURNING run.id, run.draft_id, run.conversation_id, run.author_kind
