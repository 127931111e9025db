-- Differs because SQLite takes a set as JSON: one array a row.
-- Keep what came in, once. No row for one that is here already. Bytes that are no text come as hexadecimal digits in an array.
-- In: workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id, received_at
INSERT OR FAIL INTO raw_event (workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id,
    received_at)
SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5,
    CASE json_type(j.value, '$[6]') WHEN 'text' THEN CAST(j.value ->> 6 AS BLOB) ELSE unhex(j.value ->> '$[6][0]') END,
    j.value ->> 7, j.value ->> 8, j.value ->> 9
FROM jsonb_each(?) AS j
WHERE TRUE
ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING
