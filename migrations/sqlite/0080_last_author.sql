-- Who said the latest of a conversation: `contact`, `ai_agent`, `rep` or `system`; lists show it, and looked for it in the
-- messages for each of their rows.
ALTER TABLE conversation ADD COLUMN last_author TEXT;
UPDATE conversation SET last_author = (SELECT m.author_kind FROM message m WHERE m.workspace_id = conversation.workspace_id
    AND m.conversation_id = conversation.id ORDER BY m.seq DESC LIMIT 1);
