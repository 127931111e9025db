-- Who a provider means.  $1 workspace  $2 issuer  $3 subject
SELECT rep_id FROM sign_in_identity WHERE workspace_id = $1 AND issuer = $2 AND subject = $3
