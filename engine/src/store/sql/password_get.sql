-- What is kept of a rep's password.  $1 workspace  $2 rep
SELECT hash FROM rep_password WHERE workspace_id = $1 AND rep_id = $2
