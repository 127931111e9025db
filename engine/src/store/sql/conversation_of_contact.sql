-- A contact's latest conversations on any channel.  $1 workspace  $2 contact  $3 limit
SELECT * FROM conversation WHERE workspace_id = $1 AND contact_id = $2 ORDER BY channel_id, last_activity_at DESC, id DESC LIMIT $3
