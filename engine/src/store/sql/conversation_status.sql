-- Open, snooze or close.  $1 workspace  $2 id  $3 status  $4 snoozed until or null
UPDATE conversation SET status = $3, snoozed_until = $4, version = version + 1 WHERE workspace_id = $1 AND id = $2
