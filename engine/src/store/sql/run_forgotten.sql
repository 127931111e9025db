-- Runs that nobody would ever look at: they wait for nobody and for no time.  $1 after this id  $2 limit
SELECT * FROM run WHERE id > $1 AND ready_at IS NULL
    AND stage <> 'waiting_approval' AND stage <> 'sent' AND stage <> 'failed' AND stage <> 'closed'
ORDER BY id LIMIT $2
