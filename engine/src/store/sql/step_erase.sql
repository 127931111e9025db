-- Nothing is left of what was made of a conversation's messages.  $1 workspace  $2 conversation
DELETE FROM step WHERE workspace_id = $1 AND run_id IN
    (SELECT r.id FROM message m CROSS JOIN run r WHERE m.workspace_id = $1 AND m.conversation_id = $2
        AND r.workspace_id = m.workspace_id AND r.message_id = m.id AND r.author_kind = 'ai_agent')
