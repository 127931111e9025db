-- A process reads a mailbox no more.  $1 workspace  $2 channel  $3 which process
UPDATE mailbox SET held_until = 0 WHERE workspace_id = $1 AND channel_id = $2 AND held_by = $3
