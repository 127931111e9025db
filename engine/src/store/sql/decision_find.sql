-- Decisions that pass filters, latest first, down to one. The mode stands in the record: within a text of JSON its quotation
-- marks would be escaped.
-- $1 workspace  $2 and $3 before this time and id  $4 and $5 down to this time and id  $6 limit  $7 outcomes  $8 gate  $9 rule
-- $10 policy  $11 channel kinds  $12 intents  $13 mode
SELECT d.* FROM decision d WHERE d.workspace_id = $1 AND (d.decided_at, d.id) < ($2, $3) AND d.decided_at >= $4
    AND (d.decided_at > $4 OR d.id >= $5)
    AND ($7 = '' OR REPLACE(',' || $7 || ',', ',' || d.outcome || ',', '') <> ',' || $7 || ',')
    AND ($8 = '' OR d.gate = $8) AND ($9 = '' OR d.rule = $9) AND ($10 = '' OR d.policy_digest = $10)
    AND (($11 = '' AND $12 = '') OR EXISTS (SELECT 1 FROM message m WHERE m.workspace_id = d.workspace_id AND m.id = d.message_id
        AND ($11 = '' OR REPLACE(',' || $11 || ',', ',' || m.channel_kind || ',', '') <> ',' || $11 || ',')
        AND ($12 = '' OR REPLACE(',' || $12 || ',', ',' || m.intent || ',', '') <> ',' || $12 || ',')))
    AND ($13 = '' OR REPLACE(d.record, '"mode":{"value":"' || $13 || '"', '') <> d.record)
ORDER BY d.decided_at DESC, d.id DESC LIMIT $6
