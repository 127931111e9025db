-- Whether a person wrote again after a message.  $1 workspace  $2 conversation  $3 seq
SELECT COUNT(*) AS n FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3
    AND direction = 'inbound' AND kind = 'message' AND NOT automated
