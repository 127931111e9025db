-- Nor whom an approval was about.  $1 workspace  $2 conversation
UPDATE approval SET to_address = '', reason = NULL WHERE workspace_id = $1 AND run_id IN
    (SELECT run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $2)
