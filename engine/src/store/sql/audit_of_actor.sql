-- What somebody did before a time and id, latest first.  $1 workspace  $2 actor  $3 and $4 before this time and id  $5 limit
SELECT id, actor_id, actor_name, credential, credential_id, action, subject, data, at FROM audit
WHERE workspace_id = $1 AND actor_id = $2 AND (at, id) < ($3, $4) ORDER BY at DESC, id DESC LIMIT $5
