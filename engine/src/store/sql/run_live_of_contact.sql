-- What the AI has queued, asked or is sending for a contact. CROSS JOIN keeps SQLite from beginning with all runs; the
-- last line lets it see that the partial index covers this.  $1 workspace  $2 contact
SELECT r.*, c.contact_id, c.channel_id FROM conversation c CROSS JOIN run r
WHERE c.workspace_id = $1 AND c.contact_id = $2 AND r.workspace_id = c.workspace_id AND r.conversation_id = c.id
    AND r.stage IN ('waiting_approval', 'gated', 'scheduled', 'held', 'sending') AND r.author_kind = 'ai_agent'
    AND r.stage <> 'sent' AND r.stage <> 'failed' AND r.stage <> 'closed'
