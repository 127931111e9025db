-- Those that are closed or snoozed.  $1 workspace  $5 status
FROM conversation c WHERE c.workspace_id = $1 AND c.status = $5 AND c.status <> 'open'
