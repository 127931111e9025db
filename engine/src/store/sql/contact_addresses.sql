-- The addresses of a contact.  $1 workspace  $2 contact
SELECT kind, address FROM contact_address WHERE workspace_id = $1 AND contact_id = $2 ORDER BY kind, address
