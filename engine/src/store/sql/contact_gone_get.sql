-- What became of a contact that is no more by itself.  $1 workspace  $2 contact
SELECT how, into_id, by_name, at FROM contact_gone WHERE workspace_id = $1 AND contact_id = $2
