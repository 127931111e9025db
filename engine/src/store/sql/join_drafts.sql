-- The drafts of a conversation are another's.  $1 workspace  $2 from  $3 into
UPDATE draft SET conversation_id = $3 WHERE workspace_id = $1 AND conversation_id = $2
