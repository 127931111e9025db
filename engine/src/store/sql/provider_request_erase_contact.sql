-- Nothing is left of what providers told about a contact, byte for byte.  $1 workspace  $2 contact  $3 no bytes
UPDATE provider_request SET bytes = $3, url = '' WHERE workspace_id = $1 AND (channel_id, sha256) IN
    (SELECT channel_id, sha256 FROM provider_event WHERE workspace_id = $1 AND contact_id = $2)
