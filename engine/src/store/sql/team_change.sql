-- Give a team another name, if its version is the one that was seen and no other has the name.
-- $1 workspace  $2 id  $3 version  $4 name
UPDATE team SET name = $4, version = version + 1 WHERE workspace_id = $1 AND id = $2 AND version = $3
    AND NOT EXISTS (SELECT 1 FROM team j WHERE j.workspace_id = $1 AND j.name = $4 AND j.id <> $2)
