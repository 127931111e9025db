-- A rep is named in a note.  $1 workspace  $2 note  $3 rep  $4 conversation  $5 now
INSERT INTO mention (workspace_id, note_id, rep_id, conversation_id, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, note_id, rep_id) DO NOTHING
