-- What came in, byte for byte.  $1 workspace  $2 id
SELECT content_type, bytes FROM raw_event WHERE workspace_id = $1 AND id = $2
