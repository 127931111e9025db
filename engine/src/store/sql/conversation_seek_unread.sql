-- Those that a rep has not seen.  $1 workspace  $5 rep
FROM unread u CROSS JOIN conversation c
WHERE u.workspace_id = $1 AND u.rep_id = $5 AND c.workspace_id = u.workspace_id AND c.id = u.conversation_id
