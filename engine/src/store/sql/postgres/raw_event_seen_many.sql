-- Differs because PostgreSQL takes a set as arrays: one a column.
-- What events seen before became.
-- In: place, workspace_id, channel_id, dedupe_key
SELECT j.place AS place, e.message_id, r.conversation_id, r.id AS run_id
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
    AS j (place, workspace_id, channel_id, dedupe_key)
CROSS JOIN raw_event e CROSS JOIN run r
WHERE e.workspace_id = j.workspace_id AND e.channel_id = j.channel_id AND e.dedupe_key = j.dedupe_key
    AND r.workspace_id = e.workspace_id AND r.message_id = e.message_id AND r.author_kind = 'ai_agent'
