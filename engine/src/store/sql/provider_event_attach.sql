-- The message that an event is about.  $1 workspace  $2 event  $3 message
UPDATE provider_event SET message_id = $3 WHERE workspace_id = $1 AND id = $2
