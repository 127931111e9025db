-- One note.  $1 workspace  $2 id
SELECT * FROM note WHERE workspace_id = $1 AND id = $2
