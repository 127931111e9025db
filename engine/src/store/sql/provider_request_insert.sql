-- Keep a request of a provider, once.  $1 workspace  $2 channel  $3 SHA-256  $4 MIME type  $5 URL  $6 bytes  $7 now
INSERT INTO provider_request (workspace_id, channel_id, sha256, content_type, url, bytes, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, channel_id, sha256) DO NOTHING
