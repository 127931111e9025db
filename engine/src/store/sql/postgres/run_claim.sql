-- Differs because only PostgreSQL has several workers: they lease the heads of lanes. A rep's reply has a lane of its own.
-- `suspect` says that another process had it when its lease ran out: what is read inside is the row as it was before.
-- $1 now  $2 limit  $3 owner  $4 lease until
UPDATE run SET lease_owner = $3, lease_until = $4, epoch = epoch + 1
WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM run r
    WHERE r.ready_at IS NOT NULL AND r.ready_at <= $1 AND (r.lease_until IS NULL OR r.lease_until < $1)
      AND NOT EXISTS (SELECT 1 FROM run p WHERE p.workspace_id = r.workspace_id AND p.conversation_id = r.conversation_id
          AND (p.seq, p.id) < (r.seq, r.id) AND p.author_kind = r.author_kind
          AND p.stage IN ('received', 'classified', 'drafted', 'gated', 'sending')
          AND p.stage <> 'sent' AND p.stage <> 'failed' AND p.stage <> 'closed')
    ORDER BY r.ready_at, r.id LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING workspace_id, id, CASE WHEN author_kind = 'rep' THEN conversation_id || ':rep' ELSE conversation_id END
    AS conversation_id, seq, epoch, EXISTS (SELECT 1 FROM run b WHERE b.workspace_id = run.workspace_id AND b.id = run.id
        AND b.lease_owner IS NOT NULL AND b.lease_owner <> $3) AS suspect
