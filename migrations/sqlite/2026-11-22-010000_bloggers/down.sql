ALTER TABLE pings DROP COLUMN sent;
ALTER TABLE categories DROP COLUMN takes_get;
