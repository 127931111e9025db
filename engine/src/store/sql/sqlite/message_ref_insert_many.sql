-- Differs because SQLite takes a set as JSON: one array a row.
-- Remember message ids; whoever used one first keeps it.
-- In: workspace_id, external_id, conversation_id, message_id
INSERT OR FAIL INTO message_ref (workspace_id, external_id, conversation_id, message_id)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3
FROM jsonb_each(?) AS j
WHERE TRUE
ON CONFLICT (workspace_id, external_id) DO NOTHING
