-- Where somebody was, once.  $1 workspace  $2 rep  $3 now
DELETE FROM presence WHERE workspace_id = $1 AND rep_id = $2 AND until_at <= $3
