-- One message.  $1 workspace  $2 id
SELECT * FROM message WHERE workspace_id = $1 AND id = $2
