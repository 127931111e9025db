-- Differs because SQLite's writer takes the rows of a set one by one.
-- A message went out of each. With `routed`, who should look after it is said too.
-- In: workspace_id, id, preview, now, ai_turns, routed, team, person, priority, sla_at, author
UPDATE OR FAIL conversation SET revision = conversation.revision + 1, preview = ?3, ai_turns = conversation.ai_turns + ?5,
    last_activity_at = CASE WHEN conversation.last_activity_at < ?4 THEN ?4 ELSE conversation.last_activity_at END,
    team = iif(?6, ?7, conversation.team), person = iif(?6, ?8, conversation.person),
    priority = iif(?6, ?9, conversation.priority), sla_at = iif(?6, ?10, conversation.sla_at),
    last_author = ?11, version = conversation.version + 1 + ?6
WHERE conversation.workspace_id = ?1 AND conversation.id = ?2
