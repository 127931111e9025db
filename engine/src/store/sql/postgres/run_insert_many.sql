-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Start runs. On PostgreSQL a run that is the head of its lane may be leased at once, which its epoch shows.
-- In: workspace_id, id, message_id, conversation_id, seq, now, lease_owner, lease_until
INSERT INTO run (workspace_id, id, message_id, conversation_id, seq, stage, version, attempt, approved, ready_at, epoch,
    lease_owner, lease_until, created_at, updated_at)
SELECT j.workspace_id, j.id, j.message_id, j.conversation_id, j.seq, 'received', 1, 0, FALSE, j.now,
    CASE WHEN mine.head THEN 1 ELSE 0 END, CASE WHEN mine.head THEN j.lease_owner END,
    CASE WHEN mine.head THEN j.lease_until END, j.now, j.now
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
    AS j (workspace_id, id, message_id, conversation_id, seq, now, lease_owner, lease_until)
CROSS JOIN LATERAL (SELECT j.lease_owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run p
    WHERE p.workspace_id = j.workspace_id AND p.conversation_id = j.conversation_id
        AND p.stage IN ('received', 'classified', 'drafted', 'gated', 'sending')
        AND p.stage <> 'sent' AND p.stage <> 'failed' AND p.stage <> 'closed') AS head) mine
RETURNING id, epoch, CASE WHEN epoch > 0 THEN 1::bigint ELSE 0::bigint END AS head
