-- Documents of a window that have words and tags, latest first.  $1 what is asked  $2 from this number  $3 below this one
-- $4 workspace  $5 from this time  $6 before this time  $7 limit
SELECT d.seq, d.kind, d.id, d.conversation_id, d.channel_kind, d.at
FROM ft CROSS JOIN doc d ON d.seq = ft.rowid
WHERE ft MATCH $1 AND ft.rowid >= $2 AND ft.rowid < $3 AND d.workspace_id = $4 AND d.at >= $5 AND d.at < $6
ORDER BY ft.rowid DESC LIMIT $7
