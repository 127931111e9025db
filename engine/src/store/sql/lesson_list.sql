-- What people said that messages are, the latest first.  $1 workspace  $2 most
SELECT l.right_intent, m.body_text, l.labelled_at FROM label l
JOIN message m ON m.workspace_id = l.workspace_id AND m.id = l.message_id
WHERE l.workspace_id = $1 AND l.right_intent IS NOT NULL AND l.labelled_at > 0
ORDER BY l.labelled_at DESC, l.message_id DESC LIMIT $2
