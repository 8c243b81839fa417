-- A moderator's bar: what such a blog sends is set aside. A blog is trusted or barred, never both.
ALTER TABLE blogs ADD COLUMN barred_at BIGINT;
-- Whether somebody set how it stands by hand, so that undoing a verdict leaves it.
ALTER TABLE blogs ADD COLUMN set_by_hand BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX blogs_barred ON blogs (hub_id, key) WHERE barred_at IS NOT NULL;
CREATE INDEX blogs_by_name ON blogs (hub_id, name, id);

-- Why a ping was set aside, or waits, without anybody having looked: in words, for organizers.
ALTER TABLE pings ADD COLUMN remark TEXT NOT NULL DEFAULT '';
CREATE INDEX pings_by_blog_key ON pings (hub_id, blog_key, received_at, id);

-- Rules of a hub; without a hub, the operator's for all of them.
CREATE TABLE rules (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT REFERENCES hubs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind = 'address' OR kind = 'domain' OR kind = 'phrase'),
    pattern TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action = 'refuse' OR action = 'set-aside' OR action = 'wait'),
    reason TEXT NOT NULL,
    author_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    hit_count BIGINT NOT NULL DEFAULT 0,
    last_hit_at BIGINT
);
CREATE INDEX rules_by_hub ON rules (hub_id, id);
CREATE INDEX rules_by_author ON rules (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX rules_by_expiry ON rules (expires_at) WHERE expires_at IS NOT NULL;
