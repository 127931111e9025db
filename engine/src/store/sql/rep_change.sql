-- A rep as they shall be, if nobody changed them meanwhile and an owner is left who gets in.
-- $1 workspace  $2 id  $3 version that was seen  $4 name  $5 role  $6 disabled at
UPDATE rep SET name = $4, role = $5, disabled_at = $6, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3
    AND (role <> 'owner' OR disabled_at IS NOT NULL OR ($5 = 'owner' AND CAST($6 AS BIGINT) IS NULL)
        OR EXISTS (SELECT 1 FROM rep o WHERE o.workspace_id = $1 AND o.id <> $2 AND o.role = 'owner' AND o.disabled_at IS NULL))
