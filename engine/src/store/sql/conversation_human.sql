-- A person writes in it, or hands it back.  $1 workspace  $2 id  $3 yes or no
UPDATE conversation SET human_active = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2
