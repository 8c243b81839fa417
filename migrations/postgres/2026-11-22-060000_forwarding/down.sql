ALTER TABLE pings DROP COLUMN forwarded;
DROP TABLE forwards;
DROP TABLE forward_addresses;
