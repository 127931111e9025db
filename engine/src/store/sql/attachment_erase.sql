-- A file is gone.  $1 workspace  $2 id
DELETE FROM attachment WHERE workspace_id = $1 AND id = $2
