-- What is to be done, in the order of run_at. A job names what it is about and reloads it: the
-- subject is a ping, a followed feed or a blog, by kind, and may be gone. A claim counts as an
-- attempt at once, so that a job that takes its process down with it is counted too.
CREATE TABLE jobs (
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind = 'verify-ping' OR kind = 'read-feed' OR kind = 'read-blog' OR kind = 'notify' OR kind = 'send-digest' OR kind = 'forward-ping' OR kind = 'push-feeds' OR kind = 'ask-subscriber' OR kind = 'deliver-feed' OR kind = 'announce-feed'),
    subject_id BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    leased_until BIGINT,
    failed_at BIGINT,
    problem TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, kind, subject_id)
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE failed_at IS NULL;
CREATE INDEX jobs_set_aside ON jobs (failed_at) WHERE failed_at IS NOT NULL;

-- The last reading of a ping's page.
CREATE TABLE page_readings (
    hub_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome = 'unread' OR outcome = 'linked' OR outcome = 'unlinked' OR outcome = 'failed' OR outcome = 'gone'),
    problem TEXT,
    status BIGINT,
    read_at BIGINT,
    linked_at BIGINT,
    unlinked_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    rechecks BIGINT NOT NULL DEFAULT 0,
    title TEXT NOT NULL DEFAULT '',
    title_from TEXT NOT NULL DEFAULT '',
    excerpt TEXT NOT NULL DEFAULT '',
    excerpt_from TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',
    blog_name TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    published_at BIGINT,
    feed_url TEXT NOT NULL DEFAULT '',
    link_text TEXT NOT NULL DEFAULT '',
    title_matches BOOLEAN NOT NULL DEFAULT FALSE,
    proof TEXT NOT NULL DEFAULT '',
    vouch TEXT NOT NULL DEFAULT '',
    vouched BOOLEAN NOT NULL DEFAULT FALSE,
    passphrase_public BOOLEAN NOT NULL DEFAULT FALSE,
    revision_at BIGINT,
    PRIMARY KEY (hub_id, ping_id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX page_readings_revised ON page_readings (hub_id, revision_at) WHERE revision_at IS NOT NULL;

-- Feeds whose posts are taken in as pings.
CREATE TABLE followed_feeds (
    id INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    tag TEXT NOT NULL,
    title TEXT NOT NULL,
    blog_key TEXT NOT NULL,
    followed_by TEXT NOT NULL CHECK (followed_by = 'organizer' OR followed_by = 'blogger'),
    proved BOOLEAN NOT NULL,
    etag TEXT,
    last_modified TEXT,
    read_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    problem TEXT,
    taken_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, category_id, url),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);
