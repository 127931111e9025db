-- What providers told about a message before a time and id, latest first.  $1 workspace  $2 message  $3 and $4 before
-- this time and id  $5 limit
SELECT * FROM provider_event WHERE workspace_id = $1 AND message_id = $2 AND (occurred_at, id) < ($3, $4)
ORDER BY occurred_at DESC, id DESC LIMIT $5
