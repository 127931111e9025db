-- One decision.  $1 workspace  $2 id
SELECT * FROM decision WHERE workspace_id = $1 AND id = $2
