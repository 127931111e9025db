-- Differs because only PostgreSQL leases.  $1 owner  $2 lease until
-- A run that is being moved right now is passed over: waiting for it in another order than the writers would deadlock.
UPDATE run SET lease_until = $2 WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM run r WHERE r.lease_owner = $1 FOR UPDATE SKIP LOCKED))
