-- Nothing is left of what a language model was asked about a conversation.  $1 workspace  $2 conversation
DELETE FROM model_call WHERE workspace_id = $1 AND message_id IN
    (SELECT id FROM message WHERE workspace_id = $1 AND conversation_id = $2)
