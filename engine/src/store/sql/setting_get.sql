-- What a workspace has set.  $1 workspace
SELECT event_days, sign_in, version FROM workspace_setting WHERE workspace_id = $1
