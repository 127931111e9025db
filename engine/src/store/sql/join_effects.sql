-- What was sent in a conversation was sent in another.  $1 workspace  $2 from  $3 into
UPDATE effect SET conversation_id = $3 WHERE workspace_id = $1 AND run_id IN
    (SELECT run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $2)
