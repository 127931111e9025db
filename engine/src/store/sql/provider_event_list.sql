-- What the provider of a channel told before a time and id, latest first.  $1 workspace  $2 channel  $3 and $4 before
-- this time and id  $5 limit
SELECT * FROM provider_event WHERE workspace_id = $1 AND channel_id = $2 AND (received_at, id) < ($3, $4)
ORDER BY received_at DESC, id DESC LIMIT $5
