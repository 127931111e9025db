-- Differs because SQLite's writer takes the rows of a set one by one.
-- Keep what came in, once. No row for one that is here already.
-- In: workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id, received_at
INSERT OR FAIL INTO raw_event (workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, message_id,
    received_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6,
    ?7, ?8, ?9, ?10)
ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING
