-- Take a tag off some of the conversations that have it.  $1 workspace  $2 tag  $3 so many
DELETE FROM conversation_tag WHERE workspace_id = $1 AND tag_id = $2 AND conversation_id IN
    (SELECT conversation_id FROM conversation_tag WHERE workspace_id = $1 AND tag_id = $2 ORDER BY conversation_id LIMIT $3)
