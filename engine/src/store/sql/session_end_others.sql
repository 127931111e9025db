-- End a rep's sessions but one; all where that is none of theirs.  $1 workspace  $2 rep  $3 the one that stays
DELETE FROM session WHERE workspace_id = $1 AND rep_id = $2 AND id <> $3
