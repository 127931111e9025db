-- The webhooks of all workspaces that are told of events. No parameters
SELECT workspace_id, id, url, description, event_types, enabled, disabled_reason, failing_since, secret_version, old_until,
    from_xid, from_seq, version, created_by, created_at, updated_at
FROM webhook WHERE enabled AND deleted_at IS NULL
