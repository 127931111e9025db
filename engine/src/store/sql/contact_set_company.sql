-- Name a contact's company.  $1 workspace  $2 id  $3 company
UPDATE contact SET company = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2
