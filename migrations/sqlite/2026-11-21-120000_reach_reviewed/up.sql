-- Where posts belong that link to the hub's own page. One category of a hub at most: db/categories.rs
-- takes it from the one that had it, with the hub's row locked.
ALTER TABLE categories ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;

-- Since when a page cannot be read: it is hidden after a day, however often it was tried.
ALTER TABLE page_readings ADD COLUMN failed_since BIGINT;
