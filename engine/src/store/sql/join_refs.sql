-- The message ids of a conversation lead to another.  $1 workspace  $2 from  $3 into
UPDATE message_ref SET conversation_id = $3 WHERE workspace_id = $1 AND external_id IN
    (SELECT external_id FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND external_id IS NOT NULL)
