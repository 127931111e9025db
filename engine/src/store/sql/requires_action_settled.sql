-- What failed in a run is settled; another failed run of the conversation keeps the reasons.
-- $1 workspace  $2 conversation  $3 run
DELETE FROM requires_action WHERE workspace_id = $1 AND conversation_id = $2
    AND reason IN ('job_dead', 'delivery_failed', 'overloaded')
    AND NOT EXISTS (SELECT 1 FROM run r WHERE r.workspace_id = $1 AND r.conversation_id = $2 AND r.stage = 'failed'
        AND r.id <> $3)
