-- What was told from outside stands in another conversation.  $1 workspace  $2 from  $3 into
UPDATE timeline_event SET conversation_id = $3 WHERE workspace_id = $1 AND conversation_id = $2
