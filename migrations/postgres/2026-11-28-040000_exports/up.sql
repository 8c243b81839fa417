-- Downloads of a whole hub: how far each is, and how it ended. One that neither moves nor ends was
-- given up with its process.
CREATE TABLE hub_exports (
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    ended_at BIGINT,
    failed TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (hub_id, id)
);
CREATE INDEX hub_exports_by_account ON hub_exports (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX hub_exports_by_time ON hub_exports (started_at);

-- Hubs that were brought from another instance: until it is finished, nobody sees them.
CREATE TABLE hub_restorations (
    hub_id BIGINT NOT NULL PRIMARY KEY REFERENCES hubs (id) ON DELETE CASCADE,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
