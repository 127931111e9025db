-- Only SQLite keeps rows in the order of their key; there is nothing to do here. See the file of this name beside it.
SELECT 1;
