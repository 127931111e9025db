-- The work on the messages of a conversation is another's.  $1 workspace  $2 from  $3 into
UPDATE run SET conversation_id = $3 WHERE workspace_id = $1 AND id IN
    (SELECT r.id FROM message m CROSS JOIN run r WHERE m.workspace_id = $1 AND m.conversation_id = $2
        AND r.workspace_id = m.workspace_id AND r.message_id = m.id AND r.author_kind = 'ai_agent')
