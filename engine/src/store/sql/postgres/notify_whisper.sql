-- Differs because only PostgreSQL has other processes to tell.  $1 what
SELECT pg_notify('remit_whispers', $1)
