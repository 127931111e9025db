-- Whether anybody can sign in.  $1 workspace
SELECT rep_id FROM rep_password WHERE workspace_id = $1 LIMIT 1
