-- Sessions of a rep that have ended by themselves.  $1 workspace  $2 rep  $3 now  $4 not seen since
DELETE FROM session WHERE workspace_id = $1 AND rep_id = $2 AND (ends_at <= $3 OR seen_at <= $4)
