-- An answer that was drawn and nobody has looked at.  $1 workspace  $2 message
SELECT policy_digest, model, certificates FROM spot_check WHERE workspace_id = $1 AND message_id = $2 AND done_at IS NULL
