-- One contact.  $1 workspace  $2 id
SELECT * FROM contact WHERE workspace_id = $1 AND id = $2
