-- The topic over hubs whose feed was subscribed to. Such a subscription is kept with one of the hubs
-- that take part, and goes to another when that hub is deleted.
ALTER TABLE websub_subscriptions ADD COLUMN across TEXT;
CREATE INDEX websub_subscriptions_across ON websub_subscriptions (across) WHERE across IS NOT NULL;
