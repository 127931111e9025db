-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Keep what steps produced.
-- In: workspace_id, run_id, step, revision, output, at
INSERT INTO step (workspace_id, run_id, step, revision, output, at)
SELECT j.workspace_id, j.run_id, j.step, j.revision, j.output, j.at
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])
    AS j (workspace_id, run_id, step, revision, output, at)
ON CONFLICT (workspace_id, run_id, step, revision) DO NOTHING
