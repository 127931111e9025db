-- The contact does not want to be written to; the first time counts.  $1 workspace  $2 id  $3 now
UPDATE contact SET opted_out_at = COALESCE(opted_out_at, $3), version = version + 1 WHERE workspace_id = $1 AND id = $2
