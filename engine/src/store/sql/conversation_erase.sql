-- Nothing is left of what a conversation was about.  $1 workspace  $2 conversation
UPDATE conversation SET subject = NULL, preview = '', version = version + 1 WHERE workspace_id = $1 AND id = $2
