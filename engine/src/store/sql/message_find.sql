-- A conversation's messages in one direction, newest first, down to one.
-- $1 workspace  $2 conversation  $3 before this number  $4 down to this one  $5 limit  $6 direction
SELECT * FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq < $3 AND seq >= $4 AND direction = $6
ORDER BY seq DESC LIMIT $5
