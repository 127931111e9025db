-- Put a contact into a segment.  $1 workspace  $2 contact  $3 segment
INSERT INTO contact_segment (workspace_id, contact_id, segment) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, contact_id, segment) DO NOTHING
