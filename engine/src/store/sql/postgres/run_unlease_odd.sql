-- Differs because only PostgreSQL leases: a lease into a far future, which a clock that was wrong has left, ends.
-- $1 the latest end that a lease can have now
UPDATE run SET lease_owner = NULL, lease_until = NULL WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM run r WHERE r.lease_owner IS NOT NULL AND r.lease_until > $1 FOR UPDATE SKIP LOCKED))
