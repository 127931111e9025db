-- Up to which message a chat was sent to its visitor.  $1 workspace  $2 conversation
SELECT seq FROM chat_transcript WHERE workspace_id = $1 AND conversation_id = $2
