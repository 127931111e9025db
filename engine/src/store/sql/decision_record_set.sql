-- A decision without a contact's words.  $1 workspace  $2 id  $3 record
UPDATE decision SET record = $3 WHERE workspace_id = $1 AND id = $2
