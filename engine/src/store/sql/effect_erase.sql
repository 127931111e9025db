-- Nothing is left of what was sent in a conversation.  $1 workspace  $2 conversation
UPDATE effect SET payload = 'null', last_error = NULL WHERE workspace_id = $1 AND run_id IN
    (SELECT run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $2)
