-- Keep what came in, once. No row: it is here already.
-- $1 workspace  $2 id  $3 channel  $4 dedupe key  $5 content type  $6 source  $7 bytes  $8 warnings  $9 now
INSERT INTO raw_event (workspace_id, id, channel_id, dedupe_key, content_type, source, bytes, warnings, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING RETURNING id
