-- Who may read a hub or a category. A category's own answer stands before its hub's.
ALTER TABLE hubs ADD COLUMN readers TEXT NOT NULL DEFAULT 'public' CHECK (readers = 'public' OR readers = 'unlisted' OR readers = 'password');
ALTER TABLE hubs ADD COLUMN reading_hash TEXT;
ALTER TABLE hubs ADD COLUMN feed_epoch BIGINT NOT NULL DEFAULT 0;
-- When anything that everybody may read last changed: what only some may read moves `changed_at` alone.
ALTER TABLE hubs ADD COLUMN public_changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE categories ADD COLUMN readers TEXT NOT NULL DEFAULT 'public' CHECK (readers = 'public' OR readers = 'unlisted' OR readers = 'password');
ALTER TABLE categories ADD COLUMN reading_hash TEXT;
ALTER TABLE categories ADD COLUMN feed_epoch BIGINT NOT NULL DEFAULT 0;

-- When a category takes pings, and how long its former passphrase still does.
ALTER TABLE categories ADD COLUMN opens_at BIGINT;
ALTER TABLE categories ADD COLUMN closes_at BIGINT;
ALTER TABLE categories ADD COLUMN old_passphrase_hash TEXT;
ALTER TABLE categories ADD COLUMN old_passphrase_until BIGINT;

-- Ping keys: further passphrases, each with a name. A revoked one stays, for its name on the pings
-- it brought. Without a category it is a key to all of the hub's.
CREATE TABLE ping_keys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    category_id BIGINT,
    name TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    ending TEXT NOT NULL,
    lists_at_once BOOLEAN NOT NULL,
    hourly BIGINT NOT NULL,
    use_count BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, key_hash),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);

-- No foreign key: a category takes its keys with it, and its pings in batches before.
ALTER TABLE pings ADD COLUMN key_id BIGINT;
CREATE INDEX pings_by_key ON pings (hub_id, key_id) WHERE key_id IS NOT NULL;
