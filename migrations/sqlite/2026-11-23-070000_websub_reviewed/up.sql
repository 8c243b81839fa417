-- Who holds a callback is whoever registered its domain: one wildcard name is one.
DROP INDEX websub_subscriptions_of_host;
ALTER TABLE websub_subscriptions RENAME COLUMN callback_host TO callback_domain;
CREATE INDEX websub_subscriptions_of_domain ON websub_subscriptions (hub_id, callback_domain);

-- What the feed said when the request was taken in, as a hash: what changes before the callback says
-- yes is delivered.
ALTER TABLE websub_subscriptions ADD COLUMN asked_print BLOB;
-- Who sent the request, as a keyed hash, until the callback was asked.
ALTER TABLE websub_subscriptions ADD COLUMN asked_by BLOB;
