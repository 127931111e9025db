-- A contact's addresses are another's.  $1 workspace  $2 from contact  $3 to contact
UPDATE contact_address SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2
