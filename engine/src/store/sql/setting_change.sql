-- The settings of a workspace as they shall be, if their version is the one that was seen.
-- $1 workspace  $2 version  $3 days of events  $4 sign-in  $5 now
UPDATE workspace_setting SET event_days = $3, sign_in = $4, version = version + 1, changed_at = $5
WHERE workspace_id = $1 AND version = $2
