-- Why a conversation needs a person.  $1 workspace  $2 conversation
SELECT reason, since FROM requires_action WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY since, reason
