-- Documents of a window that have words and tags, latest first.  $1 what is asked  $2 from this number  $3 below this one
-- $4 workspace  $5 from this time  $6 before this time  $7 limit
-- The tags name the window, so that the index of words alone finds it; `+ 0` keeps the planner from walking numbers, as it
-- would for words that are common.
SELECT seq, kind, id, conversation_id, channel_kind, at FROM remit_search.doc
WHERE words @@ $1::tsquery AND seq + 0 >= $2 AND seq + 0 < $3 AND workspace_id = $4 AND at >= $5 AND at < $6
ORDER BY seq + 0 DESC LIMIT $7
