-- What somebody set for themselves.  $1 workspace  $2 rep
SELECT settings FROM rep_setting WHERE workspace_id = $1 AND rep_id = $2
