-- What the next draft should heed.  $1 workspace  $2 id  $3 instruction or null
UPDATE run SET instruction = $3 WHERE workspace_id = $1 AND id = $2
