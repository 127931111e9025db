-- Blocks in order.  $1 workspace  $2 after this number  $3 limit
SELECT * FROM ledger_block WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
