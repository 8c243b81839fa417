-- AUTOINCREMENT stands where ids are keys of what is kept in memory and must not come back.
-- Times are microseconds since 1970 UTC. Enums are TEXT with a CHECK. Read migrations/README.md first.

CREATE TABLE instance_state (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
INSERT INTO instance_state (name, number) VALUES ('revision', 1);

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    is_operator BOOLEAN NOT NULL DEFAULT FALSE,
    suspended_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    remembered BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE one_use_links (
    id INTEGER NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    purpose TEXT NOT NULL CHECK (purpose = 'set_up' OR purpose = 'sign_up' OR purpose = 'reset'),
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    email TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX one_use_links_by_account ON one_use_links (account_id);
CREATE INDEX one_use_links_by_expiry ON one_use_links (expires_at);

CREATE TABLE hubs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    tagline TEXT NOT NULL,
    description TEXT NOT NULL,
    starts_on TEXT,
    ends_on TEXT,
    place TEXT NOT NULL,
    link TEXT NOT NULL,
    accent TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    listed_count BIGINT NOT NULL DEFAULT 0,
    blog_count BIGINT NOT NULL DEFAULT 0,
    last_listed_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1,
    approved_at BIGINT,
    suspended_at BIGINT,
    closed_at BIGINT,
    created_at BIGINT NOT NULL,
    edited_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX hubs_by_change ON hubs (changed_at);
CREATE INDEX hubs_by_activity ON hubs (last_listed_at, id);

-- Every slug a hub ever had. A slug is never given to another hub, so the row outlives the hub.
CREATE TABLE hub_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    hub_id BIGINT REFERENCES hubs (id) ON DELETE SET NULL,
    given_at BIGINT NOT NULL
);
CREATE INDEX hub_slugs_by_hub ON hub_slugs (hub_id);

CREATE TABLE hub_members (
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role = 'owner' OR role = 'organizer' OR role = 'moderator'),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, account_id)
);
CREATE INDEX hub_members_by_account ON hub_members (account_id);

CREATE TABLE categories (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    position BIGINT NOT NULL,
    ping_policy TEXT NOT NULL CHECK (ping_policy = 'open' OR ping_policy = 'passphrase' OR ping_policy = 'closed'),
    listing_policy TEXT NOT NULL CHECK (listing_policy = 'at-once' OR listing_policy = 'new-blog-waits' OR listing_policy = 'all-wait'),
    passphrase_hash TEXT,
    unproved_policy TEXT NOT NULL CHECK (unproved_policy = 'wait' OR unproved_policy = 'refuse'),
    link_back TEXT NOT NULL CHECK (link_back = 'off' OR link_back = 'counts' OR link_back = 'required'),
    listed_count BIGINT NOT NULL DEFAULT 0,
    blog_count BIGINT NOT NULL DEFAULT 0,
    last_listed_at BIGINT,
    closed_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, number),
    UNIQUE (hub_id, slug),
    CHECK (ping_policy <> 'passphrase' OR passphrase_hash IS NOT NULL)
);

-- The same for categories, within their hub. No foreign key to the category: SET NULL would take
-- hub_id with it. Deleting a category clears category_id in the same transaction.
CREATE TABLE category_slugs (
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    category_id BIGINT,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, slug)
);
CREATE INDEX category_slugs_by_category ON category_slugs (hub_id, category_id);

-- Every number a category ever had: it is in ping addresses, and never given to another.
CREATE TABLE category_numbers (
    number INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT REFERENCES hubs (id) ON DELETE SET NULL
);
CREATE INDEX category_numbers_by_hub ON category_numbers (hub_id);

CREATE TABLE blogs (
    id INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    listed_count BIGINT NOT NULL DEFAULT 0,
    approved_at BIGINT,
    feed_url TEXT,
    feed_read_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, key)
);
CREATE INDEX blogs_trusted ON blogs (key) WHERE approved_at IS NOT NULL;

CREATE TABLE category_blogs (
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    blog_id BIGINT NOT NULL,
    listed_count BIGINT NOT NULL,
    PRIMARY KEY (hub_id, category_id, blog_id),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE,
    FOREIGN KEY (hub_id, blog_id) REFERENCES blogs (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX category_blogs_by_blog ON category_blogs (hub_id, blog_id);

-- How many posts were listed in each hour (hours since 1970 UTC): what the pulse of bars shows.
CREATE TABLE listed_hours (
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    listed_count BIGINT NOT NULL,
    PRIMARY KEY (hub_id, category_id, hour),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX listed_hours_by_hub ON listed_hours (hub_id, hour);

CREATE TABLE pings (
    id INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    public_id BLOB NOT NULL,
    url TEXT NOT NULL,
    url_hash BLOB NOT NULL,
    blog_id BIGINT,
    blog_key TEXT NOT NULL,
    blog_name TEXT NOT NULL,
    title TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'pending' OR state = 'listed' OR state = 'spam' OR state = 'rejected' OR state = 'removed'),
    came_by TEXT NOT NULL CHECK (came_by = 'trackback' OR came_by = 'form' OR came_by = 'webmention' OR came_by = 'pingback' OR came_by = 'feed'),
    proved BOOLEAN NOT NULL,
    sender_hash BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    listed_at BIGINT,
    decided_at BIGINT,
    purged_at BIGINT,
    unverified BOOLEAN NOT NULL DEFAULT FALSE,
    hidden_at BIGINT,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, category_id, url_hash),
    UNIQUE (public_id, hub_id),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE,
    FOREIGN KEY (hub_id, blog_id) REFERENCES blogs (hub_id, id) ON DELETE NO ACTION
);
CREATE INDEX pings_listed_in_hub ON pings (hub_id, listed_at, id) WHERE state = 'listed' AND hidden_at IS NULL;
CREATE INDEX pings_listed_in_category ON pings (hub_id, category_id, listed_at, id) WHERE state = 'listed' AND hidden_at IS NULL;
-- The queue, in its order: whatever comes is written to its end.
CREATE INDEX pings_waiting ON pings (hub_id, received_at, id, category_id) WHERE state = 'pending' AND NOT unverified;
CREATE INDEX pings_unverified ON pings (received_at, id) WHERE state = 'pending' AND unverified;
CREATE INDEX pings_decided ON pings (hub_id, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX pings_by_blog ON pings (hub_id, blog_id) WHERE blog_id IS NOT NULL;
-- What is to be deleted is looked for each hour, in the writer: never by reading every ping.
CREATE INDEX pings_aside ON pings (decided_at, id) WHERE purged_at IS NULL AND (state = 'spam' OR state = 'rejected' OR state = 'removed');
CREATE INDEX pings_with_sender ON pings (received_at, id) WHERE length(sender_hash) > 0;

-- What happened to a ping after it was received, and who did it.
CREATE TABLE ping_events (
    id INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'updated' OR kind = 'decided' OR kind = 'undone' OR kind = 'verified' OR kind = 'withdrawn' OR kind = 'edited'),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    detail TEXT,
    happened_at BIGINT NOT NULL,
    UNIQUE (hub_id, id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX ping_events_by_ping ON ping_events (hub_id, ping_id, id);
CREATE INDEX ping_events_by_time ON ping_events (happened_at);
CREATE INDEX ping_events_by_actor ON ping_events (actor_id) WHERE actor_id IS NOT NULL;

-- Pings that were not taken in, so that "Did my post arrive?" can say why. Kept for a week.
CREATE TABLE refused_pings (
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    url_hash BLOB NOT NULL,
    reason TEXT NOT NULL CHECK (reason = 'no-passphrase' OR reason = 'wrong-passphrase' OR reason = 'closed' OR reason = 'full' OR reason = 'unproved'),
    attempts BIGINT NOT NULL,
    refused_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, category_id, url_hash),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX refused_pings_by_time ON refused_pings (refused_at);

CREATE TABLE reports (
    id INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason = 'spam' OR reason = 'abuse' OR reason = 'not-mine' OR reason = 'other'),
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    handled_at BIGINT,
    handled_by BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    UNIQUE (hub_id, id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX reports_by_ping ON reports (hub_id, ping_id);
CREATE INDEX reports_open ON reports (hub_id, created_at, id) WHERE handled_at IS NULL;
CREATE INDEX reports_by_handler ON reports (handled_by) WHERE handled_by IS NOT NULL;
