-- Differs because SQLite's writer takes the rows of a set one by one.
-- These rows of `channel`.
-- In: workspace_id, id
SELECT c.workspace_id, c.id, c.kind, c.name, c.address, c.status, c.email_warmup, c.secret_version, c.created_at,
    c.provider, c.settings, c.secrets
FROM channel c WHERE c.workspace_id = ?1 AND c.id = ?2
