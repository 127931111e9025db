-- A conversation's drafts, latest first.  $1 workspace  $2 conversation  $3 and $4 before this time and id  $5 limit
SELECT * FROM draft WHERE workspace_id = $1 AND conversation_id = $2 AND (created_at, id) < ($3, $4)
ORDER BY created_at DESC, id DESC LIMIT $5
