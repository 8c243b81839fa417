-- Where a hub's pages are, if it uses a name of its own: https://talks.example.
ALTER TABLE hubs ADD COLUMN own_home TEXT;

-- The names that a hub asked for, and those that it proved to be its own. One hub at a time has a
-- name; it keeps what it proved when it stops using it, so that links to it go on counting.
CREATE TABLE hub_names (
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    proved_at BIGINT,
    proved_by TEXT CHECK (proved_by = 'record' OR proved_by = 'file' OR proved_by = 'operator'),
    PRIMARY KEY (hub_id, host)
);
CREATE UNIQUE INDEX hub_names_by_host ON hub_names (host) WHERE proved_at IS NOT NULL;
