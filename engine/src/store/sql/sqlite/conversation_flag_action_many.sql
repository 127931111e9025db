-- Differs because SQLite's writer takes the rows of a set one by one.
-- Make the flags say whether any reason is left.
-- In: workspace_id, id
UPDATE OR FAIL conversation SET requires_action = EXISTS (SELECT 1 FROM requires_action r
    WHERE r.workspace_id = conversation.workspace_id AND r.conversation_id = conversation.id),
    version = conversation.version + 1
WHERE conversation.workspace_id = ?1 AND conversation.id = ?2
