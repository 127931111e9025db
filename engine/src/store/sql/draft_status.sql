-- Where a draft stands.  $1 workspace  $2 id  $3 status  $4 now
UPDATE draft SET status = $3, updated_at = $4 WHERE workspace_id = $1 AND id = $2
