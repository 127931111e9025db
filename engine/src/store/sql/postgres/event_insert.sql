-- Differs because transactions commit in any order: a row says which one it belongs to.
-- Add to the event log.  $1 workspace  $2 at  $3 events  $4 body
INSERT INTO event_log (xid, workspace_id, at, events, body)
VALUES (CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT), $1, $2, $3, $4)
