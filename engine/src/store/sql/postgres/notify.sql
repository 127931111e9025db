-- Differs because only PostgreSQL has other processes to tell.  No parameters
SELECT pg_notify('remit_runs', '')
