-- What providers told about one contact is about another from now on.  $1 workspace  $2 from  $3 into
UPDATE provider_event SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2
