-- A message by a name that others have for it, and where it belongs.  $1 workspace  $2 name
SELECT m.id, m.conversation_id, c.contact_id, c.channel_id, m.direction, m.to_address
FROM message_ref r CROSS JOIN message m CROSS JOIN conversation c
WHERE r.workspace_id = $1 AND r.external_id = $2 AND m.workspace_id = r.workspace_id AND m.id = r.message_id
    AND c.workspace_id = m.workspace_id AND c.id = m.conversation_id
