-- The message that was made of an event seen before.  $1 workspace  $2 channel  $3 dedupe key
SELECT m.id AS message_id, m.conversation_id, r.id AS run_id FROM raw_event e
JOIN message m ON m.workspace_id = e.workspace_id AND m.raw_event_id = e.id
JOIN run r ON r.workspace_id = m.workspace_id AND r.message_id = m.id AND r.author_kind = 'ai_agent'
WHERE e.workspace_id = $1 AND e.channel_id = $2 AND e.dedupe_key = $3
