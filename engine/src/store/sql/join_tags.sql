-- The tags of a conversation are another's, too.  $1 workspace  $2 from  $3 into
INSERT INTO conversation_tag (workspace_id, conversation_id, tag_id, added_at)
SELECT workspace_id, $3, tag_id, added_at FROM conversation_tag WHERE workspace_id = $1 AND conversation_id = $2
ON CONFLICT (workspace_id, conversation_id, tag_id) DO NOTHING
