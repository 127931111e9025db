-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Each contact's latest conversation on a channel that is not closed; null where there is none.
-- In: place, workspace_id, contact_id, channel_id
SELECT j.place AS place, (SELECT c.id FROM conversation c
    WHERE c.workspace_id = j.workspace_id AND c.contact_id = j.contact_id AND c.channel_id = j.channel_id
        AND c.status <> 'closed'
    ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 1) AS id
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
    AS j (place, workspace_id, contact_id, channel_id)
