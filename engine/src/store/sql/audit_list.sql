-- Who did what before a time and id, latest first.  $1 workspace  $2 and $3 before this time and id  $4 limit
SELECT id, actor_id, actor_name, credential, credential_id, action, subject, data, at FROM audit
WHERE workspace_id = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4
