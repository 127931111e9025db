-- The messages of a conversation are another's; their numbers stand below all others until they are counted anew.
-- $1 workspace  $2 from  $3 into
UPDATE message SET conversation_id = $3, seq = -1 - seq WHERE workspace_id = $1 AND conversation_id = $2
