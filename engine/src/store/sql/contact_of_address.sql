-- Whose address it is.  $1 workspace  $2 kind  $3 address
SELECT contact_id FROM contact_address WHERE workspace_id = $1 AND kind = $2 AND address = $3
