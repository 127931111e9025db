-- Nor what was said about the work on it.  $1 workspace  $2 conversation
UPDATE run SET last_error = NULL, instruction = NULL WHERE workspace_id = $1 AND id IN
    (SELECT run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $2)
