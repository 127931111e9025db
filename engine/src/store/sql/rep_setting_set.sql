-- Keep what somebody sets for themselves.  $1 workspace  $2 rep  $3 settings, JSON  $4 now
INSERT INTO rep_setting (workspace_id, rep_id, settings, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, rep_id) DO UPDATE SET settings = excluded.settings, changed_at = excluded.changed_at
