-- Differs because SQLite's writer takes the rows of a set one by one.
-- Say who should look after conversations.
-- In: workspace_id, id, team, person, priority, sla_at
UPDATE OR FAIL conversation SET team = ?3, person = ?4, priority = ?5, sla_at = ?6,
    version = conversation.version + 1
WHERE conversation.workspace_id = ?1 AND conversation.id = ?2
