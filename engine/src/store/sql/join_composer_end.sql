-- Nothing is being written in a conversation.  $1 workspace  $2 conversation
DELETE FROM composer WHERE workspace_id = $1 AND rep_id IN (SELECT id FROM rep WHERE workspace_id = $1) AND conversation_id = $2
