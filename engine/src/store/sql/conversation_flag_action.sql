-- Make the flag say whether any reason is left.  $1 workspace  $2 id
UPDATE conversation SET requires_action = EXISTS (SELECT 1 FROM requires_action r
    WHERE r.workspace_id = conversation.workspace_id AND r.conversation_id = conversation.id), version = version + 1
WHERE workspace_id = $1 AND id = $2
