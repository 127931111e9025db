-- What is to happen in a conversation at a time happens in another, unless something of the kind is to happen there.
-- $1 workspace  $2 from  $3 into
UPDATE timer SET subject_id = $3 WHERE workspace_id = $1 AND kind IN ('sla', 'wake') AND subject_id = $2 AND NOT EXISTS
    (SELECT 1 FROM timer j WHERE j.workspace_id = $1 AND j.kind = timer.kind AND j.subject_id = $3)
