-- Say up to where the log is gone; it never goes back.  $1 xid  $2 seq  $3 events ever
INSERT INTO event_trimmed (one, xid, seq, events) VALUES (1, $1, $2, $3)
ON CONFLICT (one) DO UPDATE SET xid = excluded.xid, seq = excluded.seq, events = excluded.events
WHERE (event_trimmed.xid, event_trimmed.seq) < (excluded.xid, excluded.seq)
