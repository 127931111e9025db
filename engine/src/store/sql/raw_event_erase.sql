-- Nothing is left of what came in for a conversation.  $1 workspace  $2 conversation  $3 no bytes
UPDATE raw_event SET bytes = $3, source = '' WHERE workspace_id = $1 AND id IN
    (SELECT raw_event_id FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND raw_event_id IS NOT NULL)
