-- A message came in. Time never runs backwards in the list.  $1 workspace  $2 id  $3 preview  $4 now
UPDATE conversation SET revision = revision + 1, preview = $3, status = 'open', last_inbound_at = $4,
    last_activity_at = CASE WHEN last_activity_at < $4 THEN $4 ELSE last_activity_at END, version = version + 1
WHERE workspace_id = $1 AND id = $2 RETURNING revision
