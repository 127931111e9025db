-- A session is in use.  $1 workspace  $2 id  $3 now
UPDATE session SET seen_at = $3 WHERE workspace_id = $1 AND id = $2
