-- Differs because SQLite takes a set as JSON, one array a row, and gives one back: rows of its own cost a hand-over each.
-- Each contact's latest conversation on a channel that is not closed; null where there is none.
-- In: place, workspace_id, contact_id, channel_id
SELECT json_group_array(json_array(j.value ->> 0, (SELECT c.id FROM conversation c
    WHERE c.workspace_id = j.value ->> 1 AND c.contact_id = j.value ->> 2 AND c.channel_id = j.value ->> 3
        AND c.status <> 'closed'
    ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 1))) AS packed
FROM jsonb_each(?) AS j
