-- An event waits no more.  $1 workspace  $2 event
DELETE FROM provider_parked WHERE workspace_id = $1 AND event_id = $2
