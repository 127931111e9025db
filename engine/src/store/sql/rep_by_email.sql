-- One rep.  $1 workspace  $2 email
SELECT * FROM rep WHERE workspace_id = $1 AND email = $2
