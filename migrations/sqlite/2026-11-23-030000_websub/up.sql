-- Who wants a feed pushed (WebSub). Until expires_at the subscription holds; asked is what is to be
-- asked or told at the callback. Without a category it is the hub's own feed. The secret signs what
-- is sent, and must be known for that.
CREATE TABLE websub_subscriptions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    category_id BIGINT,
    format TEXT NOT NULL CHECK (format = 'rss' OR format = 'atom' OR format = 'feed.json'),
    topic TEXT NOT NULL,
    callback TEXT NOT NULL,
    callback_host TEXT NOT NULL,
    secret BLOB,
    expires_at BIGINT,
    asked TEXT CHECK (asked = 'subscribe' OR asked = 'unsubscribe' OR asked = 'denied'),
    asked_secret BLOB,
    asked_lease BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT NOT NULL,
    asked_tries BIGINT NOT NULL DEFAULT 0,
    delivered_print BLOB,
    delivered_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    failing_since_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (hub_id, id),
    UNIQUE (hub_id, topic, callback),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX websub_subscriptions_of_category ON websub_subscriptions (hub_id, category_id);
CREATE INDEX websub_subscriptions_of_host ON websub_subscriptions (hub_id, callback_host);
CREATE INDEX websub_subscriptions_over ON websub_subscriptions (expires_at);
CREATE INDEX websub_subscriptions_asked ON websub_subscriptions (asked_at) WHERE asked IS NOT NULL;

-- What other hubs, which the operator named, were told of: each feed, in all its formats.
CREATE TABLE websub_announcements (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    category_id BIGINT,
    endpoint TEXT NOT NULL,
    told_print BLOB,
    tries BIGINT NOT NULL DEFAULT 0,
    UNIQUE (hub_id, id),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX websub_announcements_of_category ON websub_announcements (hub_id, category_id);

-- Whether a change of a hub is to be pushed to anybody: so that others pay nothing for it.
ALTER TABLE hubs ADD COLUMN pushed BOOLEAN NOT NULL DEFAULT FALSE;
