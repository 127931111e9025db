-- Differs because SQLite takes a set as JSON: one array a row.
-- Runs after whose message a person wrote again.
-- In: workspace_id, run_id, conversation_id, seq
SELECT j.value ->> 1 AS run_id FROM jsonb_each(?) AS j
WHERE EXISTS (SELECT 1 FROM message m WHERE m.workspace_id = j.value ->> 0 AND m.conversation_id = j.value ->> 2
    AND m.seq > j.value ->> 3 AND m.direction = 'inbound' AND m.kind = 'message' AND NOT m.automated)
