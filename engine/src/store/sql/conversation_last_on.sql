-- A contact's latest conversation on a channel.  $1 workspace  $2 contact  $3 channel
SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND channel_id = $3
ORDER BY last_activity_at DESC, id DESC LIMIT 1
