-- Where a rep was named, latest first.  $1 workspace  $2 rep  $3 and $4 before this time and note  $5 limit
SELECT note_id, rep_id, conversation_id, created_at FROM mention
WHERE workspace_id = $1 AND rep_id = $2 AND (created_at, note_id) < ($3, $4)
ORDER BY created_at DESC, note_id DESC LIMIT $5
