-- Differs because SQLite's writer takes the rows of a set one by one.
-- Each contact's latest conversation on a channel that is not closed; null where there is none.
-- In: place, workspace_id, contact_id, channel_id
SELECT ?1 AS place, (SELECT c.id FROM conversation c
    WHERE c.workspace_id = ?2 AND c.contact_id = ?3 AND c.channel_id = ?4
        AND c.status <> 'closed'
    ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 1) AS id
