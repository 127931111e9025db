-- A tag is no more, once no conversation has it.  $1 workspace  $2 id
DELETE FROM tag WHERE workspace_id = $1 AND id = $2
    AND NOT EXISTS (SELECT 1 FROM conversation_tag j WHERE j.workspace_id = $1 AND j.tag_id = $2)
