-- Hold a contact; whoever relied on how it was looks again.  $1 workspace  $2 id
UPDATE contact SET version = version + 1 WHERE workspace_id = $1 AND id = $2
