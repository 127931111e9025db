-- A request is made, unless it was.  $1 workspace  $2 id  $3 fingerprint  $4 now
INSERT INTO request_once (workspace_id, id, fingerprint, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, id) DO NOTHING
