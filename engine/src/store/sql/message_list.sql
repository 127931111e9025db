-- A conversation's messages, newest first.  $1 workspace  $2 conversation  $3 before this seq  $4 limit
SELECT * FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4
