-- What a reply answers: the latest message of a person outside.  $1 workspace  $2 conversation
SELECT * FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND direction = 'inbound' AND kind = 'message'
ORDER BY seq DESC LIMIT 1
