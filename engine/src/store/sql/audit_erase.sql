-- What it would take to undo the merge of a contact is not needed any more.  $1 workspace  $2 and $3 what the entry may name
UPDATE audit SET data = 'null' WHERE workspace_id = $1 AND subject IN ($2, $3)
