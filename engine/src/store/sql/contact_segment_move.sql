-- A contact is in another's segments, too.  $1 workspace  $2 from contact  $3 to contact
INSERT INTO contact_segment (workspace_id, contact_id, segment)
SELECT workspace_id, $3, segment FROM contact_segment WHERE workspace_id = $1 AND contact_id = $2
ON CONFLICT (workspace_id, contact_id, segment) DO NOTHING
