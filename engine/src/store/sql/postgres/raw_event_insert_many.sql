-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Keep what came in, once. No row for one that is here already. Bytes that are no text come as hexadecimal digits in an array.
-- In: workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id, received_at
INSERT INTO raw_event (workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id,
    received_at)
SELECT j.workspace_id, j.id, j.channel_id, j.dedupe_key, j.content_type, j.source, j.bytes, j.warnings, j.message_id,
    j.received_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::text[],
        $9::text[], $10::bigint[])
    AS j (workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id, received_at)
ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING
RETURNING id
