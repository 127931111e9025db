-- What became of a message's files, if they are as they were seen.  $1 workspace  $2 id  $3 as they were  $4 as they are
UPDATE message SET attachments = $4 WHERE workspace_id = $1 AND id = $2 AND attachments = $3
