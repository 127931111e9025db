-- Differs because SQLite takes a set as JSON: one array a row.
-- What events seen before became.
-- In: place, workspace_id, channel_id, dedupe_key
SELECT j.value ->> 0 AS place, e.message_id, r.conversation_id, r.id AS run_id
FROM jsonb_each(?) AS j
CROSS JOIN raw_event e CROSS JOIN run r
WHERE e.workspace_id = j.value ->> 1 AND e.channel_id = j.value ->> 2 AND e.dedupe_key = j.value ->> 3
    AND r.workspace_id = e.workspace_id AND r.message_id = e.message_id
