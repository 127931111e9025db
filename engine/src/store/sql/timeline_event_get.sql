-- Where something that was told from outside stands.  $1 workspace  $2 its name
SELECT timeline_id, conversation_id FROM timeline_event WHERE workspace_id = $1 AND name_sha256 = $2
