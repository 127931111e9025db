-- Forget a contact's addresses.  $1 workspace  $2 contact
DELETE FROM contact_address WHERE workspace_id = $1 AND contact_id = $2
