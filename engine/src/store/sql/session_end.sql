-- End one session of a rep.  $1 workspace  $2 rep  $3 id
DELETE FROM session WHERE workspace_id = $1 AND rep_id = $2 AND id = $3
