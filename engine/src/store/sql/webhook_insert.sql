-- Add a webhook.  $1 workspace  $2 id  $3 url  $4 description  $5 event types  $6 enabled  $7 from xid  $8 from seq  $9 by  $10 now
INSERT INTO webhook (workspace_id, id, url, description, event_types, enabled, secret_version, from_xid, from_seq,
    version, created_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, 1, $9, $10, $10)
