-- Differs because SQLite's writer takes the rows of a set one by one.
-- What events seen before became.
-- In: place, workspace_id, channel_id, dedupe_key
SELECT ?1 AS place, e.message_id, r.conversation_id, r.id AS run_id
FROM raw_event e CROSS JOIN run r
WHERE e.workspace_id = ?2 AND e.channel_id = ?3 AND e.dedupe_key = ?4
    AND r.workspace_id = e.workspace_id AND r.message_id = e.message_id AND r.author_kind = 'ai_agent'
