-- Another text for a note, if its version is the one that was seen.  $1 workspace  $2 id  $3 version  $4 text  $5 now
UPDATE note SET body_text = $4, edited_at = $5, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL
