-- When what is shown of a post last changed: `updated` in feeds. No row where it never did.
CREATE TABLE post_changes (
    hub_id BIGINT NOT NULL,
    ping_id BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, ping_id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);
