-- What was answered.  $1 workspace  $2 id  $3 status  $4 body
UPDATE request_once SET status = $3, body = $4 WHERE workspace_id = $1 AND id = $2
