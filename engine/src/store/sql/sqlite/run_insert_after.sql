-- Differs because on SQLite giving back what a statement changed costs a table of its own for each row.
-- Which run was started, and whether it is the head of its lane: no other run of the conversation is on its way (1), or
-- one whose reply is just leaving, after which it is its turn (2). Nothing is leased on SQLite. Asked for each row that
-- was changed, with the same parameters.
-- In: workspace_id, id, message_id, conversation_id, seq, now, lease_owner, lease_until
SELECT ?2 AS id, 0 AS epoch, COALESCE((SELECT MIN(CASE p.stage WHEN 'sending' THEN 2 ELSE 0 END) FROM run p
    WHERE p.workspace_id = ?1 AND p.conversation_id = ?4 AND p.id <> ?2
        AND p.stage IN ('received', 'classified', 'drafted', 'gated', 'sending')
        AND p.stage <> 'sent' AND p.stage <> 'failed' AND p.stage <> 'closed'), 1) AS head
