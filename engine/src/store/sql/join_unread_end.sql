-- There is nothing to be seen in it.  $1 workspace  $2 conversation
DELETE FROM unread WHERE workspace_id = $1 AND conversation_id = $2
