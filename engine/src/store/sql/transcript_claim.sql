-- A chat is sent to its visitor up to a message, if it was not, and to nobody else before.  $1 workspace  $2 conversation
-- $3 address  $4 number of the message  $5 now
INSERT INTO chat_transcript (workspace_id, conversation_id, address, seq, sent_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET seq = excluded.seq, sent_at = excluded.sent_at
WHERE chat_transcript.address = excluded.address AND chat_transcript.seq < excluded.seq
