-- Pings by GET, as TrackBack 1.0 had them.
ALTER TABLE categories ADD COLUMN takes_get BOOLEAN NOT NULL DEFAULT FALSE;
-- How a ping came: its fields before anything was cleaned or cut, as JSON. Deleted with its texts.
ALTER TABLE pings ADD COLUMN sent TEXT;
