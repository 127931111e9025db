-- Differs because SQLite takes a set as JSON: one array a row.
-- Start runs. On PostgreSQL a run that is the head of its lane may be leased at once, which its epoch shows.
-- In: workspace_id, id, message_id, conversation_id, seq, now, lease_owner, lease_until
INSERT OR FAIL INTO run (workspace_id, id, message_id, conversation_id, seq, stage, version, attempt, approved, ready_at, epoch,
    lease_owner, lease_until, created_at, updated_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, 'received', 1, 0, FALSE, j.value ->> 5, 0,
    NULL, NULL, j.value ->> 5, j.value ->> 5
FROM jsonb_each(?) AS j
