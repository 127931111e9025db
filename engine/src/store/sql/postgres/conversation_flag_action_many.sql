-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Make the flags say whether any reason is left.
-- In: workspace_id, id
UPDATE conversation SET requires_action = EXISTS (SELECT 1 FROM requires_action r
    WHERE r.workspace_id = conversation.workspace_id AND r.conversation_id = conversation.id),
    version = conversation.version + 1
FROM unnest($1::text[], $2::text[])
    AS j (workspace_id, id)
WHERE conversation.workspace_id = j.workspace_id AND conversation.id = j.id
