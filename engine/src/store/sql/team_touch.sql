-- The members of a team change, if its version is the one that was seen.  $1 workspace  $2 id  $3 version
UPDATE team SET version = version + 1 WHERE workspace_id = $1 AND id = $2 AND version = $3
