-- Another word for a tag, unless another one has it.  $1 workspace  $2 id  $3 name
UPDATE tag SET name = $3 WHERE workspace_id = $1 AND id = $2
    AND NOT EXISTS (SELECT 1 FROM tag j WHERE j.workspace_id = $1 AND j.name = $3 AND j.id <> $2)
