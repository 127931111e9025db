-- A process reads a mailbox until a time, where no other does.  $1 workspace  $2 channel  $3 which process  $4 now  $5 until
INSERT INTO mailbox (workspace_id, channel_id, place, uid_validity, last_uid, since, held_by, held_until)
VALUES ($1, $2, '', 0, 0, 0, $3, $5)
ON CONFLICT (workspace_id, channel_id) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
WHERE mailbox.held_by = excluded.held_by OR mailbox.held_until <= $4
