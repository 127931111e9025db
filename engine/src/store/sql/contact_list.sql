-- Contacts before a time and id, latest first.  $1 workspace  $2 and $3 before this time and id  $4 limit
SELECT k.*, (SELECT MIN(CASE WHEN a.kind = 'email' THEN a.address END) FROM contact_address a
        WHERE a.workspace_id = k.workspace_id AND a.contact_id = k.id) AS email,
    (SELECT MIN(CASE WHEN a.kind = 'phone' THEN a.address END) FROM contact_address a
        WHERE a.workspace_id = k.workspace_id AND a.contact_id = k.id) AS phone
FROM contact k WHERE k.workspace_id = $1 AND (k.created_at, k.id) < ($2, $3)
    AND NOT EXISTS (SELECT 1 FROM contact_gone g WHERE g.workspace_id = k.workspace_id AND g.contact_id = k.id)
ORDER BY k.created_at DESC, k.id DESC LIMIT $4
