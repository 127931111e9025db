-- Why a mailbox cannot be read.  $1 workspace  $2 channel  $3 now  $4 why
INSERT INTO mailbox (workspace_id, channel_id, place, uid_validity, last_uid, since, failed_at, failed_why)
VALUES ($1, $2, '', 0, 0, 0, $3, $4)
ON CONFLICT (workspace_id, channel_id) DO UPDATE SET failed_at = excluded.failed_at, failed_why = excluded.failed_why
