-- Differs because SQLite's writer takes the rows of a set one by one.
-- Add what people read.
-- In: workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at
INSERT OR FAIL INTO timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, ?11)
