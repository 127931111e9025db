-- A rep's sessions, latest first; there are few.  $1 workspace  $2 rep  $3 now  $4 seen after
SELECT id, browser, created_at, seen_at, ends_at FROM session
WHERE workspace_id = $1 AND rep_id = $2 AND ends_at > $3 AND seen_at > $4
ORDER BY created_at DESC, id DESC LIMIT 100
