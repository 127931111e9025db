-- Put a tag on a conversation.  $1 workspace  $2 conversation  $3 tag  $4 now
INSERT INTO conversation_tag (workspace_id, conversation_id, tag_id, added_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, conversation_id, tag_id) DO NOTHING
