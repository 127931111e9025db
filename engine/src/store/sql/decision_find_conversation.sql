-- The same about one conversation, of whose messages the latest so many are looked at.
-- $1 workspace  $2 and $3 before this time and id  $4 and $5 down to this time and id  $6 limit  $7 outcomes  $8 gate  $9 rule
-- $10 policy  $11 channel kinds  $12 intents  $13 mode  $14 conversation  $15 so many
SELECT d.* FROM (SELECT workspace_id, id, channel_kind, intent FROM message WHERE workspace_id = $1 AND conversation_id = $14
        ORDER BY seq DESC LIMIT $15) c
CROSS JOIN decision d WHERE d.workspace_id = c.workspace_id AND d.message_id = c.id
    AND (d.decided_at, d.id) < ($2, $3) AND d.decided_at >= $4 AND (d.decided_at > $4 OR d.id >= $5)
    AND ($7 = '' OR REPLACE(',' || $7 || ',', ',' || d.outcome || ',', '') <> ',' || $7 || ',')
    AND ($8 = '' OR d.gate = $8) AND ($9 = '' OR d.rule = $9) AND ($10 = '' OR d.policy_digest = $10)
    AND ($11 = '' OR REPLACE(',' || $11 || ',', ',' || c.channel_kind || ',', '') <> ',' || $11 || ',')
    AND ($12 = '' OR REPLACE(',' || $12 || ',', ',' || c.intent || ',', '') <> ',' || $12 || ',')
    AND ($13 = '' OR REPLACE(d.record, '"mode":{"value":"' || $13 || '"', '') <> d.record)
ORDER BY d.decided_at DESC, d.id DESC LIMIT $6
