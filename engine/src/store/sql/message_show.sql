-- How far an outbound message has got, where that is new.  $1 workspace  $2 id  $3 status
UPDATE message SET status = $3 WHERE workspace_id = $1 AND id = $2 AND direction = 'outbound' AND status <> $3
