-- Forget old events of providers.  $1 from before this time  $2 how many at most
DELETE FROM provider_event WHERE (workspace_id, id) IN
    (SELECT workspace_id, id FROM provider_event WHERE received_at < $1 ORDER BY received_at, id LIMIT $2)
