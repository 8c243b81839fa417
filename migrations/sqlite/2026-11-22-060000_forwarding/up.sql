-- TrackBack addresses elsewhere that a category passes its listed posts on to. The address may
-- hold that category's passphrase.
CREATE TABLE forward_addresses (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, category_id, url),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);

-- What became of passing a post on to an address: one row for both, however often it is listed.
CREATE TABLE forwards (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT NOT NULL,
    address_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome = 'waiting' OR outcome = 'taken' OR outcome = 'refused' OR outcome = 'failed'),
    tries BIGINT NOT NULL DEFAULT 0,
    said TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    tried_at BIGINT,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, address_id, ping_id),
    FOREIGN KEY (hub_id, address_id) REFERENCES forward_addresses (hub_id, id) ON DELETE CASCADE,
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX forwards_of_ping ON forwards (hub_id, ping_id);
CREATE INDEX forwards_by_outcome ON forwards (hub_id, address_id, outcome, id);
CREATE INDEX forwards_old ON forwards (tried_at) WHERE said <> '';

-- Whether another site passed a ping on to us: such a one goes no further.
ALTER TABLE pings ADD COLUMN forwarded BOOLEAN NOT NULL DEFAULT FALSE;
