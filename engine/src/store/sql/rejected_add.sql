-- Count a request that was turned away.  $1 reason  $2 start of the day
INSERT INTO rejected_inbound (reason, day, times) VALUES ($1, $2, 1)
ON CONFLICT (reason, day) DO UPDATE SET times = rejected_inbound.times + 1
