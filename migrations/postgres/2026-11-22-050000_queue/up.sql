-- What an organizer changed of a ping's texts: the sender's own are kept beside them.
ALTER TABLE pings ADD COLUMN sent_title TEXT;
ALTER TABLE pings ADD COLUMN sent_excerpt TEXT;
ALTER TABLE pings ADD COLUMN edited_at BIGINT;
-- Why a ping waits that would have been listed at once.
ALTER TABLE pings ADD COLUMN held_for TEXT CHECK (held_for IN ('flood', 'rule'));

-- One verdict on many pings, which is taken back as one.
CREATE TABLE bulk_verdicts (
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    actor_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    to_state TEXT NOT NULL CHECK (to_state IN ('listed', 'spam', 'rejected')),
    ping_count BIGINT NOT NULL DEFAULT 0,
    decided_at BIGINT NOT NULL,
    undone_at BIGINT,
    PRIMARY KEY (hub_id, id)
);
CREATE INDEX bulk_verdicts_by_time ON bulk_verdicts (decided_at);
CREATE INDEX bulk_verdicts_by_actor ON bulk_verdicts (actor_id) WHERE actor_id IS NOT NULL;

-- Which pings it was, each with the event that noted it.
CREATE TABLE bulk_verdict_pings (
    hub_id BIGINT NOT NULL,
    bulk_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    PRIMARY KEY (hub_id, bulk_id, ping_id),
    FOREIGN KEY (hub_id, bulk_id) REFERENCES bulk_verdicts (hub_id, id) ON DELETE CASCADE,
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX bulk_verdict_pings_by_ping ON bulk_verdict_pings (hub_id, ping_id);

-- Who did what on a hub's desk. The words are made when it is shown; a ping's title is read from
-- the ping, so that nothing of it outlives its texts.
CREATE TABLE hub_events (
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    actor_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    kind TEXT NOT NULL CHECK (kind IN ('verdict', 'undo', 'bulk', 'bulk-undo', 'edit', 'original', 'revision', 'report', 'category-opened', 'category-changed', 'category-deleted', 'hub-changed', 'hub-closed', 'hub-reopened', 'feed-followed', 'feed-removed', 'member', 'blog', 'rule', 'key', 'forwarding', 'taken-home', 'hub-frozen', 'hub-unfrozen', 'kept-away')),
    ping_id BIGINT,
    detail TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);
CREATE INDEX hub_events_by_ping ON hub_events (hub_id, ping_id) WHERE ping_id IS NOT NULL;
CREATE INDEX hub_events_by_actor ON hub_events (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX hub_events_by_time ON hub_events (happened_at);
