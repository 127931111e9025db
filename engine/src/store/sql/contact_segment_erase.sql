-- Take a contact out of its segments.  $1 workspace  $2 contact
DELETE FROM contact_segment WHERE workspace_id = $1 AND contact_id = $2
