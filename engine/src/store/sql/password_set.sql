-- A rep's password from now on.  $1 workspace  $2 rep  $3 hash  $4 now
INSERT INTO rep_password (workspace_id, rep_id, hash, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, rep_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at
