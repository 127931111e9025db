-- Webhooks after a time and id, the oldest first.  $1 workspace  $2 after  $3 after id  $4 limit
SELECT workspace_id, id, url, description, event_types, enabled, disabled_reason, failing_since, secret_version, old_until,
    from_xid, from_seq, version, created_by, created_at, updated_at
FROM webhook WHERE workspace_id = $1 AND (created_at, id) > ($2, $3) AND deleted_at IS NULL
ORDER BY created_at, id LIMIT $4
