-- A file's bytes.  $1 workspace  $2 id
SELECT bytes FROM attachment WHERE workspace_id = $1 AND id = $2
