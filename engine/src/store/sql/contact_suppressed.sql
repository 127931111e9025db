-- Which addresses of a contact must not be written to.  $1 workspace  $2 id
SELECT suppressed FROM contact WHERE workspace_id = $1 AND id = $2
