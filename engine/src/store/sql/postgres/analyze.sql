-- Differs because only PostgreSQL plans by statistics, and has none of a young store: it then walks a whole workspace by
-- whichever index begins with it. Autovacuum comes a minute too late for a first import.  No parameters
ANALYZE
