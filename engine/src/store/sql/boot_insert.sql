-- A process owns the store from now on; whatever was there before did not end in good order.  $1 id  $2 now
INSERT INTO boot (id, started_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING
