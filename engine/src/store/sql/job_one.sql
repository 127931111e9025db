-- One job.  $1 workspace  $2 run
SELECT r.* FROM run r WHERE r.workspace_id = $1 AND r.id = $2
