-- The decisions on a message, latest first; a message has few.  $1 workspace  $2 message
SELECT * FROM decision WHERE workspace_id = $1 AND message_id = $2 ORDER BY decided_at DESC, id DESC
