-- Give a contact an address. No row: somebody else has just taken it.  $1 workspace  $2 kind  $3 address  $4 contact
INSERT INTO contact_address (workspace_id, kind, address, contact_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, kind, address) DO NOTHING RETURNING contact_id
