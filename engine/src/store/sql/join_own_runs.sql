-- And the work on what was drafted in it.  $1 workspace  $2 from  $3 into
UPDATE run SET conversation_id = $3 WHERE workspace_id = $1 AND id IN
    (SELECT run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $2)
