-- Nobody waits any more for what is about to be forgotten.  $1 from before this time  $2 how many events at most
DELETE FROM provider_parked WHERE (workspace_id, event_id) IN
    (SELECT workspace_id, id FROM provider_event WHERE received_at < $1 ORDER BY received_at, id LIMIT $2)
