-- Nor of a conversation.  $1 workspace  $2 conversation that took in others
UPDATE audit SET data = 'null' WHERE workspace_id = $1 AND subject IN
    (SELECT '/api/v1/conversations/' || conversation_id || '/merge' FROM conversation_gone WHERE workspace_id = $1 AND into_id = $2
    UNION ALL SELECT conversation_id FROM conversation_gone WHERE workspace_id = $1 AND into_id = $2)
