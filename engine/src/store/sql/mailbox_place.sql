-- Up to where a mailbox was read.  $1 workspace  $2 channel  $3 which mailbox  $4 its UIDVALIDITY  $5 last UID  $6 since
-- $7 now
INSERT INTO mailbox (workspace_id, channel_id, place, uid_validity, last_uid, since, worked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, channel_id) DO UPDATE SET
    place = excluded.place,
    -- Two processes may read one mailbox: the one that is behind takes nothing back.
    last_uid = CASE
        WHEN mailbox.place = excluded.place AND mailbox.uid_validity = excluded.uid_validity
            AND mailbox.last_uid > excluded.last_uid
        THEN mailbox.last_uid
        ELSE excluded.last_uid
    END,
    uid_validity = excluded.uid_validity,
    since = excluded.since,
    worked_at = excluded.worked_at,
    failed_at = NULL,
    failed_why = NULL
