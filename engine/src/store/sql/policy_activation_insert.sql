-- Record that a policy came into force.  $1 workspace  $2 id  $3 digest  $4 the one before  $5 how  $6 and $7 who
-- $8 freer  $9 acknowledged  $10 summary  $11 now
INSERT INTO policy_activation (workspace_id, id, digest, previous, how, by_id, by_name, freer, acknowledged, summary, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
