-- What a hub's programme is imported from, how, and the schedule that is looked at before it is.
CREATE TABLE programmes (
    hub_id BIGINT NOT NULL PRIMARY KEY REFERENCES hubs (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    arrangement TEXT NOT NULL CHECK (arrangement = 'tracks' OR arrangement = 'one' OR arrangement = 'categories'),
    category TEXT NOT NULL,
    draft BLOB,
    drafted_at BIGINT,
    imported_at BIGINT
);
CREATE INDEX programmes_drafted ON programmes (drafted_at) WHERE drafted_at IS NOT NULL;

-- The talks of a hub's programme. `key` is what the schedule calls one, `address_key` the beginning
-- of its page's identity: empty where it has no page of its own.
CREATE TABLE talks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    address TEXT NOT NULL,
    address_key BLOB NOT NULL,
    speakers TEXT NOT NULL,
    room TEXT NOT NULL,
    track TEXT NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    is_category BOOLEAN NOT NULL,
    gone_at BIGINT,
    listed_count BIGINT NOT NULL DEFAULT 0,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, slug),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX talks_of_category ON talks (hub_id, category_id, id);
CREATE INDEX talks_by_address ON talks (hub_id, address_key, id);

-- Which posts are about which talks: their page links to the talk's, they are in the category that
-- it is, whoever sent them said so, or a member of the hub. What a member took away stays away.
CREATE TABLE ping_talks (
    hub_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    talk_id BIGINT NOT NULL,
    how TEXT NOT NULL CHECK (how = 'link' OR how = 'said' OR how = 'hand' OR how = 'off'),
    PRIMARY KEY (hub_id, ping_id, talk_id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE,
    FOREIGN KEY (hub_id, talk_id) REFERENCES talks (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX ping_talks_of_talk ON ping_talks (hub_id, talk_id, ping_id);

-- The beginnings of the identities of the pages that a post links to, one after another: a talk
-- that is imported later finds the posts about it.
CREATE TABLE page_links (
    hub_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    links BLOB NOT NULL,
    PRIMARY KEY (hub_id, ping_id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);

-- How many talks stand in the programme that everybody sees.
ALTER TABLE hubs ADD COLUMN talk_count BIGINT NOT NULL DEFAULT 0;
