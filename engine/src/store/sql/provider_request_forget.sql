-- Forget old requests of providers.  $1 from before this time  $2 how many at most
DELETE FROM provider_request WHERE (workspace_id, channel_id, sha256) IN
    (SELECT workspace_id, channel_id, sha256 FROM provider_request WHERE received_at < $1 ORDER BY received_at LIMIT $2)
