-- What the classifier found.  $1 workspace  $2 id  $3 intent  $4 confidence  $5 margin  $6 language  $7 classifier
UPDATE message SET intent = $3, confidence = $4, margin = $5, language = COALESCE($6, language), classifier = $7
WHERE workspace_id = $1 AND id = $2
