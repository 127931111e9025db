-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Say who should look after conversations.
-- In: workspace_id, id, team, person, priority, sla_at
UPDATE conversation SET team = j.team, person = j.person, priority = j.priority, sla_at = j.sla_at,
    version = conversation.version + 1
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
    AS j (workspace_id, id, team, person, priority, sla_at)
WHERE conversation.workspace_id = j.workspace_id AND conversation.id = j.id
