-- Seal a block, unless another process was faster.  $1 workspace  $2 number  $3 hash of the block before  $4 its hash
-- $5 entries  $6 and $7 time and id of its last decision  $8 now
INSERT INTO ledger_block (workspace_id, seq, previous_sha256, sha256, entries, last_at, last_id, sealed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (workspace_id, seq) DO NOTHING
