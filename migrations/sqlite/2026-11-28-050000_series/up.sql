-- A series: the same event, or the same topic, hub after hub. One that has no hub any more has no
-- title, and keeps its name, which feed readers know: only the hub that left it last can have it again.
CREATE TABLE series (
    id INTEGER NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    left_by BIGINT REFERENCES hubs (id) ON DELETE SET NULL
);

-- Which hub is in which series. A hub is in one at most.
CREATE TABLE series_hubs (
    hub_id BIGINT NOT NULL PRIMARY KEY REFERENCES hubs (id) ON DELETE CASCADE,
    series_id BIGINT NOT NULL REFERENCES series (id) ON DELETE CASCADE
);
CREATE INDEX series_hubs_by_series ON series_hubs (series_id, hub_id);
