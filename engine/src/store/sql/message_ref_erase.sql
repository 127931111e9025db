-- Forget the message ids of a conversation.  $1 workspace  $2 conversation
DELETE FROM message_ref WHERE workspace_id = $1 AND external_id IN
    (SELECT external_id FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND external_id IS NOT NULL)
