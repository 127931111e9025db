-- What the AI has queued or is sending, in order of time. The cast keeps SQLite on the index of what is due, which grows
-- with the queue and not with history.  $1 workspace  $2 and $3 after this time and id  $4 limit
SELECT r.*, c.contact_id, c.channel_id FROM run r
JOIN conversation c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id
WHERE r.ready_at IS NOT NULL AND (r.ready_at, r.id) > ($2, $3) AND CAST(r.workspace_id AS TEXT) = $1
    AND r.stage IN ('gated', 'scheduled', 'held', 'sending') AND r.author_kind = 'ai_agent'
ORDER BY r.ready_at, r.id LIMIT $4
