-- What happened in the latest conversations with a contact, latest first.
-- $1 workspace  $2 contact  $3 and $4 before this time and id  $5 limit
SELECT t.* FROM (SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2
        ORDER BY last_activity_at + 0 DESC, id DESC LIMIT 100) c
CROSS JOIN timeline t WHERE t.workspace_id = $1 AND t.conversation_id = c.id AND (t.at, t.id) < ($3, $4)
ORDER BY t.at DESC, t.id DESC LIMIT $5
