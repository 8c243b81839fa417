-- Since when a hub is kept as it is, for good after thirty days, and what its organizers say about
-- that. Where it was open before, closed_at is the same moment.
ALTER TABLE hubs ADD COLUMN frozen_at BIGINT;
ALTER TABLE hubs ADD COLUMN closing_words TEXT NOT NULL DEFAULT '';

-- Posts that whoever writes them keeps away from a hub: a keyed hash of each, and nothing else that
-- would say which it is.
CREATE TABLE kept_away (
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    post_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, post_hash)
);
