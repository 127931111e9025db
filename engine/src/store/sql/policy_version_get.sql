-- A policy's files.  $1 workspace  $2 digest
SELECT * FROM policy_version WHERE workspace_id = $1 AND digest = $2
