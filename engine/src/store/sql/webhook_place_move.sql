-- Move on in the log, if nobody else has.  $1 workspace  $2 xid  $3 seq  $4 xid and  $5 seq before
UPDATE webhook_place SET xid = $2, seq = $3 WHERE workspace_id = $1 AND xid = $4 AND seq = $5
