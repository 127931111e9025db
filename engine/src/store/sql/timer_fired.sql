-- It has happened; one that was set anew meanwhile stays.  $1 workspace  $2 kind  $3 subject  $4 due
DELETE FROM timer WHERE workspace_id = $1 AND kind = $2 AND subject_id = $3 AND due_at = $4
