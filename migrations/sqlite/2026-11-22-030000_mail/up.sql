-- Since when moderators see a claim: it waits from the reading of its page on.
ALTER TABLE pings ADD COLUMN verified_at BIGINT;

-- What a member of a hub is told by mail, and what was told. A member without a row has the
-- defaults of model/mail.rs, and was told of nothing.
CREATE TABLE member_mails (
    hub_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    waiting TEXT NOT NULL CHECK (waiting = 'off' OR waiting = 'digest'),
    listed TEXT NOT NULL CHECK (listed = 'off' OR listed = 'each' OR listed = 'daily'),
    waiting_through_at BIGINT NOT NULL,
    listed_through_at BIGINT NOT NULL,
    not_before_at BIGINT,
    retries BIGINT NOT NULL DEFAULT 0,
    bounces BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (hub_id, account_id),
    FOREIGN KEY (hub_id, account_id) REFERENCES hub_members (hub_id, account_id) ON DELETE CASCADE
);
CREATE INDEX member_mails_by_account ON member_mails (account_id);

-- One row for each mail of the last day: they are counted for each person, over all hubs.
CREATE TABLE sent_mails (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sent_at BIGINT NOT NULL
);
CREATE INDEX sent_mails_by_account ON sent_mails (account_id, sent_at);
CREATE INDEX sent_mails_by_time ON sent_mails (sent_at);
