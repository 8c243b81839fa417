-- Where posts belong that link to the hub's own page. One category of a hub at most: db/categories.rs
-- takes it from the one that had it, with the hub's row locked.
ALTER TABLE categories ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;
