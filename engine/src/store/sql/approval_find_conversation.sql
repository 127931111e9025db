-- The same in one conversation, of whose drafts the latest so many are looked at.
-- $1 workspace  $2 state  $3 and $4 after this time and id  $5 and $6 up to this time and id  $7 limit  $8 teams  $9 reps who
-- have them in hand  $10 those that nobody has, too  $11 now  $12 channel kinds  $13 intents  $14 mode  $15 rule
-- $16 conversation  $17 so many
SELECT a.* FROM (SELECT id, run_id FROM draft WHERE workspace_id = $1 AND conversation_id = $16
        ORDER BY created_at DESC, id DESC LIMIT $17) c
CROSS JOIN approval a WHERE a.workspace_id = $1 AND a.run_id = c.run_id AND a.draft_id = c.id
    AND a.state || '' = $2 AND (a.created_at, a.id) > ($3, $4)
    AND a.created_at <= $5 AND (a.created_at < $5 OR a.id <= $6)
    AND ($8 = '' OR REPLACE(',' || $8 || ',', ',' || a.team || ',', '') <> ',' || $8 || ',')
    AND (($9 = '' AND $10 = '')
        OR ($9 <> '' AND a.claimed_until > $11 AND REPLACE(',' || $9 || ',', ',' || a.claimed_by || ',', '') <> ',' || $9 || ',')
        OR ($10 <> '' AND (a.claimed_until IS NULL OR a.claimed_until <= $11)))
    AND (($12 = '' AND $13 = '') OR EXISTS (SELECT 1 FROM run r
        JOIN message m ON m.workspace_id = r.workspace_id AND m.id = r.message_id
        WHERE r.workspace_id = a.workspace_id AND r.id = a.run_id
        AND ($12 = '' OR REPLACE(',' || $12 || ',', ',' || m.channel_kind || ',', '') <> ',' || $12 || ',')
        AND ($13 = '' OR REPLACE(',' || $13 || ',', ',' || m.intent || ',', '') <> ',' || $13 || ',')))
    AND (($14 = '' AND $15 = '') OR EXISTS (SELECT 1 FROM decision d
        WHERE d.workspace_id = a.workspace_id AND d.id = a.decision_id AND ($15 = '' OR d.rule = $15)
        AND ($14 = '' OR REPLACE(d.record, '"mode":{"value":"' || $14 || '"', '') <> d.record)))
ORDER BY a.created_at, a.id LIMIT $7
