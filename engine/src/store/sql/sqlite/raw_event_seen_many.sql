-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- What events seen before became.
-- In: place, workspace_id, channel_id, dedupe_key
SELECT json_group_array(json_array(j.value ->> 0, e.message_id, r.conversation_id, r.id)) AS packed
FROM jsonb_each(?) AS j
CROSS JOIN raw_event e CROSS JOIN run r
WHERE e.workspace_id = j.value ->> 1 AND e.channel_id = j.value ->> 2 AND e.dedupe_key = j.value ->> 3
    AND r.workspace_id = e.workspace_id AND r.message_id = e.message_id AND r.author_kind = 'ai_agent'
