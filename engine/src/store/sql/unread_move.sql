-- Keep the unread list in the order of the conversation list.  $1 workspace  $2 conversation  $3 now
UPDATE unread SET last_activity_at = CASE WHEN last_activity_at < $3 THEN $3 ELSE last_activity_at END
WHERE workspace_id = $1 AND conversation_id = $2
