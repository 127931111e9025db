-- How many timers are due.  $1 now
SELECT COUNT(*) AS n FROM timer WHERE due_at <= $1
