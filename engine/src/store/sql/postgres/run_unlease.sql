-- Differs because only PostgreSQL leases: a stopping worker gives back what it has not begun.  $1 owner
UPDATE run SET lease_owner = NULL, lease_until = NULL WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM run r WHERE r.lease_owner = $1 FOR UPDATE SKIP LOCKED))
