-- One key.  $1 workspace  $2 id
SELECT k.id, k.rep_id, r.name AS rep_name, k.name, k.kind, k.role, k.created_by, k.created_at, k.ends_at, k.seen_at, k.revoked_at,
    k.networks, k.scopes
FROM api_key k JOIN rep r ON r.workspace_id = k.workspace_id AND r.id = k.rep_id
WHERE k.workspace_id = $1 AND k.id = $2
