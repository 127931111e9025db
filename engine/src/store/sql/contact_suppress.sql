-- Which addresses of a contact must not be written to.  $1 workspace  $2 id  $3 JSON
UPDATE contact SET suppressed = $3 WHERE workspace_id = $1 AND id = $2
