-- How everybody can reach a hub's organizers: an e-mail address or a web address, or empty.
ALTER TABLE hubs ADD COLUMN contact TEXT NOT NULL DEFAULT '';
-- The form that made a key: sent once more, it makes no others.
ALTER TABLE ping_keys ADD COLUMN form TEXT NOT NULL DEFAULT '';
