-- Differs because SQLite takes a set as JSON: one array a row.
-- Each contact's latest conversation on a channel that is not closed; null where there is none.
-- In: place, workspace_id, contact_id, channel_id
SELECT j.value ->> 0 AS place, (SELECT c.id FROM conversation c
    WHERE c.workspace_id = j.value ->> 1 AND c.contact_id = j.value ->> 2 AND c.channel_id = j.value ->> 3
        AND c.status <> 'closed'
    ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 1) AS id
FROM jsonb_each(?) AS j
