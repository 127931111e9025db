-- A conversation stands among those that nobody has seen where it stands among all.  $1 workspace  $2 conversation  $3 last activity
UPDATE unread SET last_activity_at = $3 WHERE workspace_id = $1 AND conversation_id = $2
