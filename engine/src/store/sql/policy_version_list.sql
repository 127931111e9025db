-- Policies that were kept, latest first.  $1 workspace  $2 and $3 before this time and digest  $4 limit
SELECT digest, name, root, created_at FROM policy_version WHERE workspace_id = $1 AND (created_at, digest) < ($2, $3)
ORDER BY created_at DESC, digest DESC LIMIT $4
