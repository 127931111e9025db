-- One rep.  $1 workspace  $2 id
SELECT * FROM rep WHERE workspace_id = $1 AND id = $2
