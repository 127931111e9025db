-- Whom decisions are about. By way of the message, which knows in which conversation it is now.
-- $1 workspace  $2 and $3 after this time and id  $4 and $5 up to this time and id
SELECT d.id, c.contact_id, c.channel_id, m.from_address FROM decision d
JOIN message m ON m.workspace_id = d.workspace_id AND m.id = d.message_id
JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
WHERE d.workspace_id = $1 AND (d.decided_at, d.id) > ($2, $3) AND (d.decided_at, d.id) <= ($4, $5)
