-- Differs because SQLite's writer takes the rows of a set one by one.
-- Start runs. On PostgreSQL a run that is the head of its lane may be leased at once, which its epoch shows.
-- In: workspace_id, id, message_id, conversation_id, seq, now, lease_owner, lease_until
INSERT OR FAIL INTO run (workspace_id, id, message_id, conversation_id, seq, stage, version, attempt, approved, ready_at, epoch,
    lease_owner, lease_until, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, 'received', 1, 0, FALSE, ?6, 0,
    NULL, NULL, ?6, ?6)
