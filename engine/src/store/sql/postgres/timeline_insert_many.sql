-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Add what people read.
-- In: workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at
INSERT INTO timeline (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at)
SELECT j.workspace_id, j.id, j.conversation_id, j.contact_id, j.kind, j.actor_kind, j.actor_name, j.summary,
    j.refers_to, j.data, j.at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::bigint[])
    AS j (workspace_id, id, conversation_id, contact_id, kind, actor_kind, actor_name, summary, refers_to, data, at)
