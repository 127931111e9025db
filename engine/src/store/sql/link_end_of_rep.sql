-- Other links by which somebody could choose a rep's password end.  $1 workspace  $2 rep  $3 now
UPDATE access_link SET used_at = $3 WHERE workspace_id = $1 AND rep_id = $2 AND kind = 'password' AND used_at IS NULL
