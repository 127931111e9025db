-- Why a conversation needs a person, another does.  $1 workspace  $2 from  $3 into
INSERT INTO requires_action (workspace_id, conversation_id, reason, since)
SELECT workspace_id, $3, reason, since FROM requires_action WHERE workspace_id = $1 AND conversation_id = $2
ON CONFLICT (workspace_id, conversation_id, reason) DO NOTHING
