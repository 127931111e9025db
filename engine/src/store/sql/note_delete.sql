-- Nothing is left of a note but that there was one, if its version is the one that was seen.
-- $1 workspace  $2 id  $3 version  $4 now
UPDATE note SET body_text = '', deleted_at = $4, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL
