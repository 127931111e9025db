-- What providers told about a conversation is left without whom and what it names.  $1 workspace  $2 conversation
UPDATE provider_event SET recipient = NULL, data = '{}' WHERE workspace_id = $1 AND message_id IN
    (SELECT id FROM message WHERE workspace_id = $1 AND conversation_id = $2)
