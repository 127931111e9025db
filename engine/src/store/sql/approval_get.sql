-- One approval.  $1 workspace  $2 id
SELECT * FROM approval WHERE workspace_id = $1 AND id = $2
