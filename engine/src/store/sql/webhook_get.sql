-- A webhook that was not deleted.  $1 workspace  $2 id
SELECT workspace_id, id, url, description, event_types, enabled, disabled_reason, failing_since, secret_version, old_until,
    from_xid, from_seq, version, created_by, created_at, updated_at
FROM webhook WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
