-- The number of the message so many before another in a conversation.  $1 workspace  $2 conversation  $3 before  $4 how many
SELECT seq FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT 1 OFFSET $4
