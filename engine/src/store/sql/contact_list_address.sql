-- Whoever has an address, of whatever kind: few.  $1 workspace  $2 the address  $3 the same, as it may be kept
SELECT k.*, (SELECT MIN(CASE WHEN a.kind = 'email' THEN a.address END) FROM contact_address a
        WHERE a.workspace_id = k.workspace_id AND a.contact_id = k.id) AS email,
    (SELECT MIN(CASE WHEN a.kind = 'phone' THEN a.address END) FROM contact_address a
        WHERE a.workspace_id = k.workspace_id AND a.contact_id = k.id) AS phone
FROM contact_address b CROSS JOIN contact k
WHERE b.workspace_id = $1 AND b.kind IN ('email', 'phone', 'chat') AND b.address IN ($2, $3)
    AND k.workspace_id = b.workspace_id AND k.id = b.contact_id
ORDER BY k.created_at DESC, k.id DESC
