-- A contact's conversations after an id.  $1 workspace  $2 contact  $3 after this id  $4 limit
SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND id > $3 ORDER BY id LIMIT $4
