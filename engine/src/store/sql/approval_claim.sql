-- Whose it is for a while; nobody's when null.  $1 workspace  $2 id  $3 rep  $4 name  $5 until
UPDATE approval SET claimed_by = $3, claimed_name = $4, claimed_until = $5
WHERE workspace_id = $1 AND id = $2 AND state = 'pending'
