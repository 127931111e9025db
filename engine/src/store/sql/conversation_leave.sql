-- A conversation that is in another is no more.  $1 workspace  $2 id
DELETE FROM conversation WHERE workspace_id = $1 AND id = $2
