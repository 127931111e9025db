-- Say who should look after it.  $1 workspace  $2 id  $3 team  $4 person  $5 priority  $6 due or null
UPDATE conversation SET team = $3, person = $4, priority = $5, sla_at = $6, version = version + 1
WHERE workspace_id = $1 AND id = $2
