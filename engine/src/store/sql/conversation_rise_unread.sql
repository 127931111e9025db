-- The longest ago first: those that a rep has not seen.  $1 workspace  $2 and $3 after  $5 rep  $6 so many
SELECT c.* FROM unread u JOIN conversation c ON c.workspace_id = u.workspace_id AND c.id = u.conversation_id
WHERE u.workspace_id = $1 AND u.rep_id = $5 AND (u.last_activity_at, u.conversation_id) > ($2, $3)
ORDER BY u.last_activity_at, u.conversation_id LIMIT $6
