-- A message by our own id, and where it belongs.  $1 workspace  $2 id
SELECT m.id, m.conversation_id, c.contact_id, c.channel_id, m.direction, m.to_address
FROM message m CROSS JOIN conversation c
WHERE m.workspace_id = $1 AND m.id = $2 AND c.workspace_id = m.workspace_id AND c.id = m.conversation_id
