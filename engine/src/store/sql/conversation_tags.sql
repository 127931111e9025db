-- The tags of a conversation.  $1 workspace  $2 conversation
SELECT t.id, t.name, t.created_at FROM conversation_tag g CROSS JOIN tag t
WHERE t.workspace_id = g.workspace_id AND t.id = g.tag_id AND g.workspace_id = $1 AND g.conversation_id = $2 ORDER BY t.name
