-- What providers told about a contact is left without whom and what it names.  $1 workspace  $2 contact
UPDATE provider_event SET recipient = NULL, data = '{}' WHERE workspace_id = $1 AND contact_id = $2
