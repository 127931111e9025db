-- The first settings of a workspace.  $1 workspace  $2 days of events  $3 sign-in  $4 now
INSERT INTO workspace_setting (workspace_id, event_days, sign_in, version, changed_at) VALUES ($1, $2, $3, 2, $4)
ON CONFLICT (workspace_id) DO NOTHING
