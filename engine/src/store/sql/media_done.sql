-- A file is fetched no more.  $1 workspace  $2 message  $3 the provider's name of it
DELETE FROM media WHERE workspace_id = $1 AND message_id = $2 AND reference = $3
