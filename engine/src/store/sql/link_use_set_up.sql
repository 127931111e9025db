-- Use a link to set up, if nobody can sign in yet.  $1 workspace  $2 id  $3 now
UPDATE access_link SET used_at = $3 WHERE workspace_id = $1 AND id = $2 AND used_at IS NULL AND ends_at > $3
    AND NOT EXISTS (SELECT 1 FROM rep_password p WHERE p.workspace_id = $1)
