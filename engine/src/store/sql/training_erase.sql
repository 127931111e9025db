-- A classifier that learned from a conversation learns anew, without it.  $1 workspace  $2 conversation
DELETE FROM training WHERE workspace_id = $1 AND EXISTS
    (SELECT 1 FROM message m CROSS JOIN label l WHERE m.workspace_id = $1 AND m.conversation_id = $2
        AND l.workspace_id = m.workspace_id AND l.message_id = m.id AND l.right_intent IS NOT NULL)
