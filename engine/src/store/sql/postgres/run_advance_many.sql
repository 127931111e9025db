-- Differs because PostgreSQL takes a set as arrays: one a column.
-- Move runs on, once each. No row: somebody else moved it, and the caller stops.
-- In: workspace_id, id, version, epoch, stage, attempt, approved, held_since, ready_at, closed_reason, last_error,
-- draft_id, decision_id, release, now
UPDATE run SET stage = j.stage, version = run.version + 1, attempt = j.attempt, approved = j.approved, held_since = j.held_since,
    ready_at = j.ready_at, closed_reason = j.closed_reason, last_error = j.last_error,
    draft_id = COALESCE(j.draft_id, run.draft_id), decision_id = COALESCE(j.decision_id, run.decision_id),
    lease_owner = CASE WHEN j.release THEN NULL ELSE run.lease_owner END,
    lease_until = CASE WHEN j.release THEN NULL ELSE run.lease_until END, updated_at = j.now
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bool[], $8::bigint[],
        $9::bigint[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bool[], $15::bigint[])
    AS j (workspace_id, id, version, epoch, stage, attempt, approved, held_since, ready_at, closed_reason, last_error,
        draft_id, decision_id, release, now)
WHERE run.workspace_id = j.workspace_id AND run.id = j.id AND run.version = j.version AND run.epoch = j.epoch
RETURNING run.id
