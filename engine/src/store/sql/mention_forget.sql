-- Nobody is named in a note any more.  $1 workspace  $2 note
DELETE FROM mention WHERE workspace_id = $1 AND note_id = $2
