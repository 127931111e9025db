-- Keep a block of decisions for replay.  $1 workspace  $2 block  $3 and $4 time and id of its last decision  $5 how many
-- $6 bytes
INSERT INTO decision_pack (workspace_id, seq, last_at, last_id, decisions, bytes) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, seq) DO NOTHING
