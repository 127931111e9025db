-- Differs because SQLite's writer takes the rows of a set one by one.
-- One more reason each; the first time of a reason counts.
-- In: workspace_id, conversation_id, reason, since
INSERT OR FAIL INTO requires_action (workspace_id, conversation_id, reason, since)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (workspace_id, conversation_id, reason) DO NOTHING
