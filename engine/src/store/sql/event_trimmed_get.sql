-- Up to where the log is gone. No parameters
SELECT xid, seq, events FROM event_trimmed WHERE one = 1
