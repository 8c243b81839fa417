DROP INDEX websub_subscriptions_across;
ALTER TABLE websub_subscriptions DROP COLUMN across;
