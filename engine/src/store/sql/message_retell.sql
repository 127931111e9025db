-- More is known of what was said.  $1 workspace  $2 id  $3 text  $4 full text
UPDATE message SET body_text = $3, full_text = $4
WHERE workspace_id = $1 AND id = $2 AND direction = 'inbound' AND LENGTH(full_text) < LENGTH(CAST($4 AS TEXT))
