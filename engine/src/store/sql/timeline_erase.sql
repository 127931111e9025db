-- What happened in a conversation stays, without any words about it.  $1 workspace  $2 conversation
UPDATE timeline SET summary = kind, data = 'null', actor_name = CASE WHEN actor_kind = 'contact' THEN NULL ELSE actor_name END
WHERE workspace_id = $1 AND conversation_id = $2
