-- Use a link, if nobody has.  $1 workspace  $2 id  $3 now
UPDATE access_link SET used_at = $3 WHERE workspace_id = $1 AND id = $2 AND used_at IS NULL AND ends_at > $3
