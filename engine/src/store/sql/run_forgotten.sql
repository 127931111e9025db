-- Runs that nobody would ever look at: they wait for nobody and for no time.  $1 after this id  $2 limit
SELECT * FROM run WHERE id > $1 AND ready_at IS NULL AND stage NOT IN ('waiting_approval', 'sent', 'failed', 'closed')
ORDER BY id LIMIT $2
