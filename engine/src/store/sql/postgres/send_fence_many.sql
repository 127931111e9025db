-- Differs because PostgreSQL takes a set as arrays: one a column.
-- What must still be true when sends begin.
-- In: place, workspace_id, conversation_id, contact_id
SELECT j.place AS place, c.revision, c.human_active, k.version AS contact_version, k.ai_paused, k.ai_paused_until,
    k.opted_out_at, h.status AS channel_status, h.email_warmup, p.digest AS policy_digest, s.is_on AS kill_switch, s.flips
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
    AS j (place, workspace_id, conversation_id, contact_id)
JOIN conversation c ON c.workspace_id = j.workspace_id AND c.id = j.conversation_id
JOIN contact k ON k.workspace_id = c.workspace_id AND k.id = j.contact_id
JOIN channel h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
JOIN policy_active p ON p.workspace_id = c.workspace_id
JOIN switch s ON s.workspace_id = c.workspace_id AND s.name = 'kill_switch'
FOR SHARE OF h, p, s
