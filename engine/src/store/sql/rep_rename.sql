-- Another name for oneself, if nobody changed the rep meanwhile.  $1 workspace  $2 id  $3 version that was seen  $4 name
UPDATE rep SET name = $4, version = version + 1 WHERE workspace_id = $1 AND id = $2 AND version = $3
