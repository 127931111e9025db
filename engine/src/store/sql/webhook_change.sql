-- Change a webhook, if it is still as it was seen. One that is switched on begins where the log is now.
-- $1 workspace  $2 id  $3 version seen  $4 url  $5 description  $6 event types  $7 enabled  $8 from xid  $9 from seq  $10 now
UPDATE webhook SET url = $4, description = $5, event_types = $6, enabled = $7, disabled_reason = NULL,
    failing_since = CASE WHEN enabled AND url = $4 THEN failing_since END,
    from_xid = CASE WHEN enabled THEN from_xid ELSE $8 END, from_seq = CASE WHEN enabled THEN from_seq ELSE $9 END,
    version = version + 1, updated_at = $10
WHERE workspace_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL
