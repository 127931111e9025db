-- When which policy came into force, latest first.  $1 workspace  $2 and $3 before this time and id  $4 limit
SELECT id, digest, previous, how, by_id, by_name, freer, acknowledged, summary, at FROM policy_activation
WHERE workspace_id = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4
