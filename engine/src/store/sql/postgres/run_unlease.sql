-- Differs because only PostgreSQL leases: a stopping worker gives back what it has not begun.  $1 owner
UPDATE run SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1
