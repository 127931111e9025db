-- Differs because SQLite has one writer: the order of rows is the order of commits.
-- Add to the event log.  $1 workspace  $2 at  $3 events  $4 body
INSERT INTO event_log (xid, workspace_id, at, events, body) VALUES (0, $1, $2, $3, $4)
