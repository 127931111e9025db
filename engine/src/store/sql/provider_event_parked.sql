-- Events that wait for a message of this name.  $1 workspace  $2 channel  $3 name
SELECT e.id, e.kind, e.meaning, e.cause, e.recipient, e.data, e.occurred_at
FROM provider_parked p CROSS JOIN provider_event e
WHERE p.workspace_id = $1 AND p.channel_id = $2 AND p.name = $3 AND e.workspace_id = p.workspace_id AND e.id = p.event_id
ORDER BY e.occurred_at, e.id LIMIT 200
