-- What was turned away.  $1 since this day
SELECT reason, CAST(SUM(times) AS BIGINT) AS times FROM rejected_inbound WHERE day >= $1 GROUP BY reason ORDER BY reason
