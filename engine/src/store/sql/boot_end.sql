-- A process has ended in good order, or its end was noticed.  $1 id
DELETE FROM boot WHERE id = $1
