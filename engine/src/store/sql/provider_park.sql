-- An event waits for a message of this name.  $1 workspace  $2 channel  $3 name  $4 event
INSERT INTO provider_parked (workspace_id, channel_id, name, event_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, channel_id, name, event_id) DO NOTHING
