-- The youngest block.  $1 workspace
SELECT * FROM ledger_block WHERE workspace_id = $1 AND seq > 0 ORDER BY seq DESC LIMIT 1
