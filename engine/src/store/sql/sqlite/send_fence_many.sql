-- Differs because SQLite's writer takes the rows of a set one by one.
-- What must still be true when sends begin.
-- In: place, workspace_id, conversation_id, contact_id
SELECT ?1 AS place, c.revision, c.human_active, k.version AS contact_version,
    k.ai_paused, k.ai_paused_until, k.opted_out_at, h.status AS channel_status,
    h.email_warmup,
    (SELECT p.digest FROM policy_active p WHERE p.workspace_id = c.workspace_id) AS policy_digest,
    COALESCE((SELECT s.is_on FROM switch s WHERE s.workspace_id = c.workspace_id AND s.name = 'kill_switch'), FALSE) AS kill_switch,
    COALESCE((SELECT s.flips FROM switch s WHERE s.workspace_id = c.workspace_id AND s.name = 'kill_switch'), 0) AS flips
FROM conversation c CROSS JOIN contact k CROSS JOIN channel h
WHERE c.workspace_id = ?2 AND c.id = ?3 AND k.workspace_id = c.workspace_id AND k.id = ?4
    AND h.workspace_id = c.workspace_id AND h.id = c.channel_id
