-- The AI's run for a message.  $1 workspace  $2 message
SELECT * FROM run WHERE workspace_id = $1 AND message_id = $2 AND author_kind = 'ai_agent'
