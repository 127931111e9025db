-- Nor what was said about the work on it, with a draft or without.  $1 workspace  $2 conversation
UPDATE run SET last_error = NULL, instruction = NULL WHERE workspace_id = $1 AND id IN
    (SELECT run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $2
    UNION SELECT r.id FROM message m CROSS JOIN run r WHERE m.workspace_id = $1 AND m.conversation_id = $2
        AND r.workspace_id = m.workspace_id AND r.message_id = m.id AND r.author_kind = 'ai_agent')
