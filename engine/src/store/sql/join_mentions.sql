-- Who was named in the notes of a conversation was named in another.  $1 workspace  $2 from  $3 into
UPDATE mention SET conversation_id = $3 WHERE workspace_id = $1 AND note_id IN
    (SELECT id FROM note WHERE workspace_id = $1 AND conversation_id = $2)
