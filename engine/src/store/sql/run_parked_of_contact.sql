-- Runs of a contact that wait for a person or a time. CROSS JOIN keeps SQLite from beginning with all runs; the last line
-- lets it see that the partial index covers this.  $1 workspace  $2 contact
SELECT r.* FROM conversation c CROSS JOIN run r
WHERE c.workspace_id = $1 AND c.contact_id = $2 AND r.workspace_id = c.workspace_id AND r.conversation_id = c.id
    AND r.stage IN ('waiting_approval', 'held', 'scheduled')
    AND r.stage NOT IN ('sent', 'failed', 'closed')
