-- Differs because PostgreSQL takes a set as arrays: one a column.
-- A message went out of each. With `routed`, who should look after it is said too.
-- In: workspace_id, id, preview, now, ai_turns, routed, team, person, priority, sla_at, author
UPDATE conversation SET revision = conversation.revision + 1, preview = j.preview, ai_turns = conversation.ai_turns + j.ai_turns,
    last_activity_at = CASE WHEN conversation.last_activity_at < j.now THEN j.now ELSE conversation.last_activity_at END,
    team = CASE WHEN j.routed THEN j.team ELSE conversation.team END,
    person = CASE WHEN j.routed THEN j.person ELSE conversation.person END,
    priority = CASE WHEN j.routed THEN j.priority ELSE conversation.priority END,
    sla_at = CASE WHEN j.routed THEN j.sla_at ELSE conversation.sla_at END,
    last_author = j.author, version = conversation.version + CASE WHEN j.routed THEN 2 ELSE 1 END
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bool[], $7::text[], $8::text[],
        $9::text[], $10::bigint[], $11::text[])
    AS j (workspace_id, id, preview, now, ai_turns, routed, team, person, priority, sla_at, author)
WHERE conversation.workspace_id = j.workspace_id AND conversation.id = j.id
RETURNING conversation.id, conversation.revision
