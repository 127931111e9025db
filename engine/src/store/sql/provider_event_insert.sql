-- Keep what a provider told, once.  $1 workspace  $2 id  $3 channel  $4 key  $5 kind  $6 word  $7 meaning  $8 cause
-- $9 recipient  $10 data  $11 SHA-256 of the request  $12 when it happened  $13 now
INSERT INTO provider_event (workspace_id, id, channel_id, event_key, kind, word, meaning, cause, recipient, data, sha256,
    occurred_at, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (workspace_id, channel_id, event_key) DO NOTHING
