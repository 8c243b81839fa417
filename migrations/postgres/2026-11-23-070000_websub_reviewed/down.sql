ALTER TABLE websub_subscriptions DROP COLUMN asked_by;
ALTER TABLE websub_subscriptions DROP COLUMN asked_print;
DROP INDEX websub_subscriptions_of_domain;
ALTER TABLE websub_subscriptions RENAME COLUMN callback_domain TO callback_host;
CREATE INDEX websub_subscriptions_of_host ON websub_subscriptions (hub_id, callback_host);
