-- Who is at a conversation now; each person is there once.  $1 workspace  $2 conversation  $3 now
SELECT p.rep_id, r.name AS rep_name, p.doing, p.until_at FROM presence p CROSS JOIN rep r
WHERE p.workspace_id = $1 AND p.conversation_id = $2 AND p.until_at > $3 AND r.workspace_id = p.workspace_id AND r.id = p.rep_id
ORDER BY r.name, p.rep_id
