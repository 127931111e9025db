-- What a file is, without its bytes.  $1 workspace  $2 id
SELECT id, name, media_type, size, sha256 FROM attachment WHERE workspace_id = $1 AND id = $2
