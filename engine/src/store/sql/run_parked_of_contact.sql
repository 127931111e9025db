-- Runs of a contact that wait for a person or a time.  $1 workspace  $2 contact
SELECT r.* FROM conversation c JOIN run r ON r.workspace_id = c.workspace_id AND r.conversation_id = c.id
WHERE c.workspace_id = $1 AND c.contact_id = $2 AND r.stage IN ('waiting_approval', 'held', 'scheduled')
