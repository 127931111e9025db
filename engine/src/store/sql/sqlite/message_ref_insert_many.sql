-- Differs because SQLite's writer takes the rows of a set one by one.
-- Remember message ids; whoever used one first keeps it.
-- In: workspace_id, external_id, conversation_id, message_id
INSERT OR FAIL INTO message_ref (workspace_id, external_id, conversation_id, message_id)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (workspace_id, external_id) DO NOTHING
