-- To whom a chat was sent is forgotten.  $1 workspace  $2 conversation
DELETE FROM chat_transcript WHERE workspace_id = $1 AND conversation_id = $2
