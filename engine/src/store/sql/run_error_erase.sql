-- Nor what a provider said.  $1 workspace  $2 conversation
UPDATE run_error SET error = '' WHERE workspace_id = $1 AND run_id IN
    (SELECT run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $2)
