-- Take a tag off a conversation.  $1 workspace  $2 conversation  $3 tag
DELETE FROM conversation_tag WHERE workspace_id = $1 AND conversation_id = $2 AND tag_id = $3
