-- A person dealt with it: every reason is settled, except that a colleague was called.  $1 workspace  $2 conversation
DELETE FROM requires_action WHERE workspace_id = $1 AND conversation_id = $2 AND reason <> 'mention'
