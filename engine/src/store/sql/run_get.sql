-- One run.  $1 workspace  $2 id
SELECT * FROM run WHERE workspace_id = $1 AND id = $2
