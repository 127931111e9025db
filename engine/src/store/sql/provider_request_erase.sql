-- Nothing is left of what providers told about a conversation, byte for byte.  $1 workspace  $2 conversation  $3 no bytes
UPDATE provider_request SET bytes = $3, url = '' WHERE workspace_id = $1 AND (channel_id, sha256) IN
    (SELECT e.channel_id, e.sha256 FROM message m CROSS JOIN provider_event e WHERE m.workspace_id = $1
        AND m.conversation_id = $2 AND e.workspace_id = m.workspace_id AND e.message_id = m.id)
