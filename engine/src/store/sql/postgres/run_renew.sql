-- Differs because only PostgreSQL leases.  $1 owner  $2 lease until
UPDATE run SET lease_until = $2 WHERE lease_owner = $1
