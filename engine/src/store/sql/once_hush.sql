-- What was answered since a time is not said again.  $1 workspace  $2 since
UPDATE request_once SET status = NULL, body = NULL WHERE workspace_id = $1
    AND id IN (SELECT j.id FROM request_once j WHERE j.created_at > $2)
