-- Differs because SQLite takes a set as JSON: one array a row.
-- One more reason each; the first time of a reason counts.
-- In: workspace_id, conversation_id, reason, since
INSERT OR FAIL INTO requires_action (workspace_id, conversation_id, reason, since)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3
FROM jsonb_each(?) AS j
WHERE TRUE
ON CONFLICT (workspace_id, conversation_id, reason) DO NOTHING
