-- What a decision hashed to before words were taken out of it.  $1 workspace  $2 decision
SELECT sha256 FROM decision_erased WHERE workspace_id = $1 AND decision_id = $2
