-- What waits before a limit for one waits for another.  $1 workspace  $2 limit  $3 from subject  $4 to subject
UPDATE limit_wait SET subject = $4 WHERE workspace_id = $1 AND limit_name = $2 AND subject = $3
