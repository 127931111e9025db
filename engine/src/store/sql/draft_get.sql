-- One draft.  $1 workspace  $2 id
SELECT * FROM draft WHERE workspace_id = $1 AND id = $2
