-- A file goes out with something: it stays.  $1 workspace  $2 id
UPDATE attachment SET used = TRUE WHERE workspace_id = $1 AND id = $2
