-- Another name and address, if nobody changed the channel meanwhile.  $1 workspace  $2 id  $3 version that was seen  $4 name
-- $5 address
UPDATE channel SET name = $4, address = $5, version = version + 1
WHERE workspace_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL
