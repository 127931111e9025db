-- A contact as it shall be, if nobody changed it meanwhile.  $1 workspace  $2 id  $3 version that was seen  $4 name  $5 company
UPDATE contact SET name = $4, company = $5, version = version + 1 WHERE workspace_id = $1 AND id = $2 AND version = $3
