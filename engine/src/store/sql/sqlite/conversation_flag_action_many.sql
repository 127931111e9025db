-- Differs because SQLite takes a set as JSON: one array a row.
-- Make the flags say whether any reason is left.
-- In: workspace_id, id
UPDATE OR FAIL conversation SET requires_action = EXISTS (SELECT 1 FROM requires_action r
    WHERE r.workspace_id = conversation.workspace_id AND r.conversation_id = conversation.id),
    version = conversation.version + 1
FROM jsonb_each(?) AS j
WHERE conversation.workspace_id = j.value ->> 0 AND conversation.id = j.value ->> 1
