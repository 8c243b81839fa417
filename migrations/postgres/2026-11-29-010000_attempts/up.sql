-- Tries of passwords and passphrases, where several instances count them together. `key` is a keyed
-- hash of what is counted; `at` the moment until which its allowance is used up, or of the last wrong
-- password, of which there were `count`.
CREATE TABLE attempts (
    key BYTEA NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX attempts_by_time ON attempts (at);
