-- The segments of a contact.  $1 workspace  $2 contact
SELECT segment FROM contact_segment WHERE workspace_id = $1 AND contact_id = $2 ORDER BY segment
