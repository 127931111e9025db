-- What a decision hashed to before; the first time counts.  $1 workspace  $2 decision  $3 SHA-256  $4 now
INSERT INTO decision_erased (workspace_id, decision_id, sha256, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, decision_id) DO NOTHING
