-- One more address of a contact, unless it is somebody's.  $1 workspace  $2 kind  $3 address  $4 contact
INSERT INTO contact_address (workspace_id, kind, address, contact_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, kind, address) DO NOTHING
