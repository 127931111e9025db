-- Who has an address.  $1 workspace  $2 kind  $3 address
SELECT c.* FROM contact_address a JOIN contact c ON c.workspace_id = a.workspace_id AND c.id = a.contact_id
WHERE a.workspace_id = $1 AND a.kind = $2 AND a.address = $3
