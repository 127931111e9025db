-- All switches that were ever flipped; there are few.  $1 workspace
SELECT * FROM switch WHERE workspace_id = $1 ORDER BY name
