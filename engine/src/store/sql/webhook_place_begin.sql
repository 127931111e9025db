-- Where turning the log into deliveries begins, unless it has begun.  $1 workspace  $2 xid  $3 seq
INSERT INTO webhook_place (workspace_id, xid, seq) VALUES ($1, $2, $3) ON CONFLICT (workspace_id) DO NOTHING
