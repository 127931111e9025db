-- What a file is that goes along with something, or that the rep brought.  $1 workspace  $2 id  $3 rep
SELECT id, name, media_type, size, sha256 FROM attachment WHERE workspace_id = $1 AND id = $2 AND (used OR created_by = $3)
