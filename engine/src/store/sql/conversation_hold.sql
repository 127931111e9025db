-- Hold a conversation, if its version is the one that was seen.  $1 workspace  $2 id  $3 version
UPDATE conversation SET version = version + 1 WHERE workspace_id = $1 AND id = $2 AND version = $3
