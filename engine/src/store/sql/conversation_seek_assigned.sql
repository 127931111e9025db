-- Those that somebody looks after.  $1 workspace  $5 rep
FROM conversation c WHERE c.workspace_id = $1 AND c.assignee_id = $5
