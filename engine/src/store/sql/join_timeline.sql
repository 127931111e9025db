-- What happened in a conversation happened in another.  $1 workspace  $2 from  $3 into
UPDATE timeline SET conversation_id = $3 WHERE workspace_id = $1 AND conversation_id = $2
