-- A channel by the id in an inbound address, where no workspace is known yet.  $1 id
SELECT * FROM channel WHERE id = $1
