-- The conversation that a message id belongs to.  $1 workspace  $2 message id
SELECT c.* FROM message_ref r JOIN conversation c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id
WHERE r.workspace_id = $1 AND r.external_id = $2
