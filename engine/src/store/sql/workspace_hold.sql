-- Makes others who hold the workspace wait until this transaction ends.  $1 workspace
UPDATE workspace SET name = name WHERE id = $1
