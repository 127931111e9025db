-- What the next draft should heed, and who asked for it.  $1 workspace  $2 id  $3 instruction or null  $4 rep, null: as before
UPDATE run SET instruction = $3, asked_by = COALESCE($4, asked_by) WHERE workspace_id = $1 AND id = $2
