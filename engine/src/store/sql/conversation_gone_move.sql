-- What was merged into a conversation is in the one that it is merged into.  $1 workspace  $2 from  $3 into
UPDATE conversation_gone SET into_id = $3 WHERE workspace_id = $1 AND into_id = $2
