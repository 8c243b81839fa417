-- Of a blog's posts that everybody may read who reads its hub: when the first and the newest were
-- listed, and its name on the newest, folded for sorting.
ALTER TABLE blogs ADD COLUMN first_listed_at BIGINT;
ALTER TABLE blogs ADD COLUMN last_listed_at BIGINT;
ALTER TABLE blogs ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
UPDATE blogs SET sort_name = lower(name),
    first_listed_at = (SELECT min(pings.listed_at) FROM pings
        JOIN categories ON categories.hub_id = pings.hub_id AND categories.id = pings.category_id
        WHERE pings.hub_id = blogs.hub_id AND pings.blog_id = blogs.id AND categories.readers = 'public'
        AND pings.state = 'listed' AND pings.hidden_at IS NULL),
    last_listed_at = (SELECT max(pings.listed_at) FROM pings
        JOIN categories ON categories.hub_id = pings.hub_id AND categories.id = pings.category_id
        WHERE pings.hub_id = blogs.hub_id AND pings.blog_id = blogs.id AND categories.readers = 'public'
        AND pings.state = 'listed' AND pings.hidden_at IS NULL)
    WHERE listed_count > 0;
CREATE INDEX blogs_that_took_part ON blogs (hub_id, sort_name, id) WHERE listed_count > 0;
CREATE INDEX blogs_that_took_part_lately ON blogs (hub_id, last_listed_at, id) WHERE listed_count > 0;

-- A hub's about page, as it was typed. No row where there is none.
CREATE TABLE about_pages (
    hub_id BIGINT NOT NULL PRIMARY KEY REFERENCES hubs (id) ON DELETE CASCADE,
    markdown TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
