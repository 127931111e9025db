-- Answers that wait to be looked at, oldest first, after a time and message.  $1 workspace  $2 after  $3 message  $4 most
SELECT a.message_id, a.drawn_at, m.conversation_id, m.channel_kind, m.subject, m.body_text, m.language FROM spot_check a
JOIN message m ON m.workspace_id = a.workspace_id AND m.id = a.message_id
WHERE a.workspace_id = $1 AND a.done_at IS NULL AND (a.drawn_at, a.message_id) > ($2, $3)
ORDER BY a.drawn_at, a.message_id LIMIT $4
