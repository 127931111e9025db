-- When a channel was last heard of, turned away and tested; what is absent stays.  $1 workspace  $2 channel  $3 verified
-- $4 refused  $5 why  $6 tested  $7 what was found
INSERT INTO channel_health (workspace_id, channel_id, verified_at, refused_at, refused_why, tested_at, tested_why)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, channel_id) DO UPDATE SET
    verified_at = COALESCE(excluded.verified_at, channel_health.verified_at),
    refused_at = COALESCE(excluded.refused_at, channel_health.refused_at),
    refused_why = COALESCE(excluded.refused_why, channel_health.refused_why),
    tested_at = COALESCE(excluded.tested_at, channel_health.tested_at),
    tested_why = CASE WHEN excluded.tested_at IS NULL THEN channel_health.tested_why ELSE excluded.tested_why END
