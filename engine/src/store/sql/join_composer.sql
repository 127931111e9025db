-- What somebody writes in a conversation, they write in another, unless they write there already.
-- $1 workspace  $2 from  $3 into
UPDATE composer SET conversation_id = $3, version = version + 1 WHERE workspace_id = $1
    AND rep_id IN (SELECT id FROM rep WHERE workspace_id = $1) AND conversation_id = $2 AND NOT EXISTS
    (SELECT 1 FROM composer j WHERE j.workspace_id = $1 AND j.rep_id = composer.rep_id AND j.conversation_id = $3)
