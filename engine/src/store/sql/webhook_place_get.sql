-- Up to where the log was turned into deliveries.  $1 workspace
SELECT xid, seq FROM webhook_place WHERE workspace_id = $1
