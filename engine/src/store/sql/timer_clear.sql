-- It will not happen.  $1 workspace  $2 kind  $3 subject
DELETE FROM timer WHERE workspace_id = $1 AND kind = $2 AND subject_id = $3
