-- For each channel kind how many conversations there are, how many a rep has not seen, and how many need a person; each
-- counted up to a number.  $1 workspace  $2 rep  $3 most
SELECT j.kind,
    (SELECT COUNT(*) FROM (SELECT 1 FROM conversation c
        WHERE c.workspace_id = $1 AND c.channel_kind = j.kind LIMIT $3) page) AS conversations,
    (SELECT COUNT(*) FROM (SELECT 1 FROM unread u
        WHERE u.workspace_id = $1 AND u.rep_id = $2 AND u.channel_kind = j.kind LIMIT $3) page) AS unread,
    (SELECT COUNT(*) FROM (SELECT 1 FROM conversation c
        WHERE c.workspace_id = $1 AND c.requires_action AND c.channel_kind = j.kind LIMIT $3) page) AS requires_action
FROM (SELECT 'email' AS kind UNION ALL SELECT 'sms' UNION ALL SELECT 'whatsapp' UNION ALL SELECT 'chat'
    UNION ALL SELECT 'voice') j
