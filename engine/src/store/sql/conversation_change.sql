-- A conversation as it shall be, if its version is the one that was seen.
-- $1 workspace  $2 id  $3 version  $4 subject  $5 team  $6 priority
UPDATE conversation SET subject = $4, team = $5, priority = $6, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3
