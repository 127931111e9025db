-- Who did not come back in time.  $1 now
DELETE FROM sign_in_begun WHERE ends_at <= $1
