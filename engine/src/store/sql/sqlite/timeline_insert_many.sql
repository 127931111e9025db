-- Differs because SQLite takes a set as JSON: one array a row.
-- Add what people read.
-- In: workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at
INSERT OR FAIL INTO timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10
FROM jsonb_each(?) AS j
