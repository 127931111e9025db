-- Up to where a mailbox was read, and how that went.  $1 workspace  $2 channel
SELECT * FROM mailbox WHERE workspace_id = $1 AND channel_id = $2
